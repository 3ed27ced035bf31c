import Chunking
import FoundationEssentials
import Logging
import Synchronization
import SystemPackage

/// Layers in the form in which they were sent, kept as files because they are asked for often. What was not used for
/// longest goes when there is no room; at a start all go, since they can be made again.
final class EncodedCopies: Sendable {
    /// What a copy is of.
    struct Name: Hashable, Sendable {
        let layer: Digest
        let coding: ContentCoding
    }

    /// A copy that is complete.
    private struct Copy {
        /// What its file is called by.
        let number: UInt64
        let length: UInt64
        /// Of the file's bytes.
        let digest: Digest
        var lastUse: UInt64
    }

    private struct State {
        var copies: [Name: Copy] = [:]
        var byteCount: UInt64 = 0
        /// Counts uses, and files that were begun.
        var count: UInt64 = 0
        /// What is being made.
        var begun: Set<Name> = []
        /// What was asked for before.
        var asked = RecentValues<Name, Bool>(limit: 8192)
    }

    /// The most bytes that all copies have together.
    private let byteMaximum: UInt64
    private let directory: FilePath
    private let logger: Logger
    private let state = Mutex(State())

    /// Blocks.
    /// - Parameters:
    ///   - root: `encoded` in it is where the copies are; it is removed now, and made when it is needed.
    ///   - byteMaximum: 0 for no copies.
    init(of root: FilePath, byteMaximum: UInt64, logger: Logger) {
        directory = root.appending("encoded")
        self.byteMaximum = byteMaximum
        self.logger = logger
        remove()
    }

    /// Removes all copies; there must be no more use of this. Blocks.
    func remove() {
        try? FileManager.default.removeItem(atPath: directory.string)
    }

    /// The copy, ready to be sent; `nil` when there is none. Blocks.
    func open(_ name: Name) -> CopyDownload? {
        let found = state.withLock { state -> Copy? in
            state.count += 1
            state.copies[name]?.lastUse = state.count
            return state.copies[name]
        }
        guard let found else { return nil }
        do {
            let file = try FileDescriptor.open(path(found.number), .readOnly, options: .closeOnExec)
            return CopyDownload(file, length: found.length, digest: found.digest) { [self] in
                forget(name, found.number, because: "is damaged")
            }
        } catch {
            forget(name, found.number, because: "cannot be opened: \(error)")
            return nil
        }
    }

    /// What takes the bytes of a copy that is about to be made; `nil` when it is not to be kept, since it was not asked for
    /// before, or somebody else makes it already. Blocks.
    /// - Parameter hasRoom: whether the disk has.
    func begin(_ name: Name, hasRoom: Bool) -> CopyWriter? {
        let number = state.withLock { state -> UInt64? in
            guard byteMaximum > 0, hasRoom else { return nil }
            guard state.asked[name] != nil else {
                state.asked[name] = true
                return nil
            }
            guard state.begun.insert(name).inserted else { return nil }
            state.count += 1
            return state.count
        }
        guard let number else { return nil }
        do {
            try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
            let file = try FileDescriptor.open(
                path(number), .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: .ownerReadWrite)
            return CopyWriter(file, byteMaximum: byteMaximum) { [self] in end(name, number, $0) }
        } catch {
            end(name, number, nil)
            logger.warning("an encoded layer cannot be kept", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Takes over a file that is complete, or removes one that is not.
    private func end(_ name: Name, _ number: UInt64, _ written: CopyWriter.Written?) {
        let unneeded = state.withLock { state in
            state.begun.remove(name)
            guard let written else { return [number] }
            state.count += 1
            state.byteCount += written.length
            state.copies[name] = Copy(
                number: number, length: written.length, digest: written.digest, lastUse: state.count)
            return Self.evict(from: &state, downTo: byteMaximum, sparing: name)
        }
        for number in unneeded { remove(number) }
    }

    private static func evict(from state: inout State, downTo maximum: UInt64, sparing spared: Name) -> [UInt64] {
        guard state.byteCount > maximum else { return [] }
        var evicted: [UInt64] = []
        for (name, copy) in state.copies.sorted(by: { $0.value.lastUse < $1.value.lastUse }) where name != spared {
            if state.byteCount <= maximum { break }
            state.copies[name] = nil
            state.byteCount -= copy.length
            evicted.append(copy.number)
        }
        return evicted
    }

    private func forget(_ name: Name, _ number: UInt64, because reason: String) {
        let isGone = state.withLock { state in
            guard let copy = state.copies[name], copy.number == number else { return false }
            state.copies[name] = nil
            state.byteCount -= copy.length
            return true
        }
        guard isGone else { return }
        remove(number)
        logger.warning("an encoded layer \(reason)", metadata: ["layer": "\(name.layer)"])
    }

    private func remove(_ number: UInt64) {
        try? FileManager.default.removeItem(atPath: path(number).string)
    }

    private func path(_ number: UInt64) -> FilePath { directory.appending("\(number)") }
}
