import FoundationEssentials
import OCI
import Synchronization
import SystemPackage

/// The images that wait for a verdict or were refused, in a file of the root: what is not in the file does not hold. A tag waits
/// for the image that was pushed last.
final class Quarantine: Sendable {
    /// The most images.
    static let countMaximum = 10_000
    /// What the file is called in a root.
    static let fileName = "quarantine.json"

    private let path: FilePath
    private let entries: Mutex<[QuarantineEntry.Key: QuarantineEntry]>
    /// Held while the file is written.
    private let file = Mutex(())
    /// Held while tags are set for images that leave, and while others come that want them.
    private let settling = Mutex(())

    /// That of `root`, which must be this process's. Blocks.
    /// - Throws: ``ServerError`` `unusableFile`: a server that does not know what is in quarantine must not serve it.
    init(in root: FilePath) throws(ServerError) {
        path = root.appending(Self.fileName)
        do {
            let list = try JSONDocument.value(
                [QuarantineEntry].self, in: try Data(contentsOf: URL(filePath: path.string)))
            entries = Mutex(Dictionary(list.map { ($0.key, $0) }) { first, _ in first })
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            entries = Mutex([:])
        } catch {
            throw ServerError(
                .unusableFile,
                "\(path) cannot be read, so it is not known which images wait for a verdict (\(error)); restore it from a "
                    + "backup, or remove it, which releases their digests but sets no tag.")
        }
    }

    /// All, the oldest first.
    var all: [QuarantineEntry] { Self.sorted(entries.withLock { Array($0.values) }) }

    /// Those that are to be judged at `now`, the oldest first; those that could not be before come last, since each may take all
    /// of its time again. This is asked often, and most of many are refused.
    func due(at now: Int64) -> [QuarantineEntry] {
        let due = Self.sorted(entries.withLock { $0.values.filter { $0.state != .refused && $0.next <= now } })
        return due.filter { $0.state == .pending } + due.filter { $0.state == .failing }
    }

    private static func sorted(_ entries: [QuarantineEntry]) -> [QuarantineEntry] {
        entries.sorted { left, right in
            (left.since, left.key.repository, left.key.digest) < (right.since, right.key.repository, right.key.digest)
        }
    }

    /// Runs `body` while nobody else decides about tags.
    func exclusively<R: Sendable, Failure: Error>(_ body: () throws(Failure) -> R) throws(Failure) -> R {
        try settling.withLock { _ throws(Failure) in try body() }
    }

    subscript(key: QuarantineEntry.Key) -> QuarantineEntry? { entries.withLock { $0[key] } }

    /// Puts an image in, for the tags of which no other waits from now on. Blocks.
    /// - Throws: ``ServerError`` `unusableFile`; ``RegistryFailure`` when there are too many.
    func enter(_ entry: QuarantineEntry) throws {
        try change { entries in
            guard entries.count < Self.countMaximum || entries[entry.key] != nil else {
                throw RegistryFailure(
                    .unavailable,
                    "the quarantine of this server is full; an administrator looks with `larderd quarantine`")
            }
            Self.take(Set(entry.tags), of: entry.key.repository, from: &entries)
            var entry = entry
            if let present = entries[entry.key] { entry.add(present) }
            entries[entry.key] = entry
        }
    }

    /// Whether an image waits for one of some tags.
    func awaits(_ tags: Set<String>, of repository: String) -> Bool {
        entries.withLock { entries in
            entries.values.contains { $0.key.repository == repository && !tags.isDisjoint(with: $0.tags) }
        }
    }

    /// Notes that tags were set otherwise, or deleted: nothing waits for them any more. Blocks.
    /// - Returns: whether something did.
    @discardableResult
    func take(_ tags: Set<String>, of repository: String) throws -> Bool {
        let isAwaited = awaits(tags, of: repository)
        if isAwaited { try change { Self.take(tags, of: repository, from: &$0) } }
        return isAwaited
    }

    /// Has `change` set tags without their having been held, or delete them, after which nothing waits for them any more. Blocks.
    ///
    /// When something does, no verdict can come between the two, which would take the tag back. Something that begins to wait
    /// meanwhile was pushed at the same time; then either may be the last.
    /// - Returns: what `change` does, and whether something waited.
    func taking<R: Sendable>(
        _ tags: Set<String>, of repository: String, _ change: () throws -> R
    ) throws -> (result: R, wasAwaited: Bool) {
        if tags.isEmpty { return (try change(), false) }
        if awaits(tags, of: repository) {
            return try exclusively { (try change(), try take(tags, of: repository)) }
        }
        let result = try change()
        return (result, try exclusively { try take(tags, of: repository) })
    }

    private static func take(
        _ tags: Set<String>, of repository: String, from entries: inout [QuarantineEntry.Key: QuarantineEntry]
    ) {
        for (key, entry) in entries where key.repository == repository && !tags.isDisjoint(with: entry.tags) {
            entries[key]?.drop(tags)
        }
    }

    /// Changes an image's entry if there is one. Blocks.
    func update(_ key: QuarantineEntry.Key, _ body: (inout QuarantineEntry) -> Void) throws {
        guard self[key] != nil else { return }
        try change { entries in
            guard var entry = entries[key] else { return }
            body(&entry)
            entries[key] = entry
        }
    }

    /// Lets an image out. Blocks.
    func remove(_ key: QuarantineEntry.Key) throws {
        guard self[key] != nil else { return }
        try change { $0[key] = nil }
    }

    /// The file comes first.
    private func change(_ body: (inout [QuarantineEntry.Key: QuarantineEntry]) throws -> Void) throws {
        try file.withLock { _ in
            var changed = entries.withLock { $0 }
            try body(&changed)
            try write(changed)
            entries.withLock { $0 = changed }
        }
    }

    private func write(_ entries: [QuarantineEntry.Key: QuarantineEntry]) throws(ServerError) {
        do {
            let list = entries.values.sorted { $0.key.description < $1.key.description }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            try RootDisk.system.replace(path, with: [UInt8](try encoder.encode(list)))
        } catch {
            throw ServerError(.unusableFile, "The quarantine cannot be written to \(path): \(error).")
        }
    }
}
