import Chunking
import Synchronization
import SystemPackage

@testable import ChunkStore

/// Records everything that a store does to its chunk files, and each state of its index, in the order of time.
final class DiskHistory: Sendable {
    /// Something that happened.
    enum Event: Sendable {
        case create(name: String, file: Int)
        case write(file: Int, offset: UInt64, bytes: [UInt8])
        case truncate(file: Int, length: UInt64)
        case sync(file: Int)
        case remove(name: String)
        case syncDirectory
        /// What the index's file is from now on: the pages that changed, and its length.
        case commit(pages: [Int: [UInt8]], count: Int)
        /// An operation of the test begins or has been acknowledged.
        case begin(operation: Int)
        case end(operation: Int)
    }

    /// A wrong order that is planted, to be found.
    enum Flaw: Sendable {
        /// The index is committed before the chunk files are synced.
        case commitBeforeSync
        /// Chunk files are never synced.
        case noSync
        /// The directory is never synced.
        case noDirectorySync
        /// A chunk file goes while the index still points into it.
        case earlyRemoval
    }

    static let pageSize = 4096

    private struct State {
        var events: [Event] = []
        var names: [String: Int] = [:]
        var files: [Int32: Int] = [:]
        var nextFile = 0
        var delayed: [Event] = []
        var page: [Int: [UInt8]] = [:]
        var isRecording = false
    }

    private let state = Mutex(State())
    private let flaw: Flaw?
    private let index = Mutex<FilePath?>(nil)

    init(_ flaw: Flaw? = nil) {
        self.flaw = flaw
    }

    var events: [Event] { state.withLock { $0.events } }

    /// Records from now on; what there is already in `root` comes first, and is durable.
    func start(_ root: FilePath) throws {
        index.withLock { $0 = root.appending("index").appending("data.mdb") }
        for name in try RootLayout.names(in: root.appending("chunks")).sorted() {
            let file = file(named: name)
            state.withLock { $0.isRecording = true }
            // It was opened before anything was recorded.
            add(.create(name: name, file: file))
            let bytes = try contents(of: root.appending("chunks").appending(name))
            add(.write(file: file, offset: 0, bytes: bytes))
            add(.sync(file: file))
        }
        add(.syncDirectory)
        noteCommit()
    }

    func add(_ event: Event) {
        state.withLock { state in
            if state.isRecording { record(event, &state) }
        }
    }

    private func record(_ event: Event, _ state: inout State) {
        switch (flaw, event) {
        case (.noSync, .sync), (.noDirectorySync, .syncDirectory): return
        case (.commitBeforeSync, .sync): state.delayed.append(event)
        case (.commitBeforeSync, .commit):
            state.events.append(event)
            state.events += state.delayed
            state.delayed = []
        case (.earlyRemoval, .remove):
            // As if it had been done before the last few commits.
            let commits = state.events.indices.filter { if case .commit = state.events[$0] { true } else { false } }
            state.events.insert(event, at: commits.suffix(3).first ?? state.events.count)
            state.events.insert(.syncDirectory, at: (commits.suffix(3).first ?? state.events.count - 1) + 1)
        default: state.events.append(event)
        }
    }

    private func file(named name: String) -> Int {
        state.withLock { state in
            if let known = state.names[name] { return known }
            state.nextFile += 1
            state.names[name] = state.nextFile
            if state.isRecording { record(.create(name: name, file: state.nextFile), &state) }
            return state.nextFile
        }
    }

    private func file(_ descriptor: FileDescriptor) -> Int? { state.withLock { $0.files[descriptor.rawValue] } }

    /// Keeps what changed in the index's file.
    private func noteCommit() {
        guard let path = index.withLock({ $0 }), let bytes = try? contents(of: path) else { return }
        state.withLock { state in
            guard state.isRecording else { return }
            var pages: [Int: [UInt8]] = [:]
            let count = bytes.count / Self.pageSize
            for number in 0..<count {
                let page = Array(bytes[(number * Self.pageSize)..<((number + 1) * Self.pageSize)])
                if state.page[number] == page { continue }
                state.page[number] = page
                pages[number] = page
            }
            record(.commit(pages: pages, count: count), &state)
        }
    }
}

extension DiskHistory {
    /// A disk that is recorded.
    var disk: Disk {
        let system = Disk.system
        var disk = system
        disk.open = { [self] path, mode, options throws(Errno) in
            let descriptor = try system.open(path, mode, options)
            guard Self.isChunkFile(path), let name = path.lastComponent?.string else { return descriptor }
            let file = file(named: name)
            state.withLock { $0.files[descriptor.rawValue] = file }
            return descriptor
        }
        disk.close = { [self] descriptor in
            state.withLock { $0.files[descriptor.rawValue] = nil }
            system.close(descriptor)
        }
        disk.write = { [self] descriptor, offset, bytes throws(Errno) in
            let count = try system.write(descriptor, offset, bytes)
            if let file = file(descriptor) {
                add(.write(file: file, offset: offset, bytes: [UInt8](copying: bytes.extracting(first: count))))
            }
            return count
        }
        disk.truncate = { [self] descriptor, length throws(Errno) in
            try system.truncate(descriptor, length)
            if let file = file(descriptor) { add(.truncate(file: file, length: length)) }
        }
        // Syncing itself is not needed: nothing here outlives the process.
        disk.sync = { [self] descriptor throws(Errno) in
            if let file = file(descriptor) { add(.sync(file: file)) }
        }
        disk.syncDirectory = { [self] path throws(Errno) in
            if path.lastComponent?.string == "chunks" { add(.syncDirectory) }
        }
        disk.remove = { [self] path throws(Errno) in
            try system.remove(path)
            guard Self.isChunkFile(path), let name = path.lastComponent?.string else { return }
            state.withLock { $0.names[name] = nil }
            add(.remove(name: name))
        }
        disk.didCommit = { [self] in noteCommit() }
        return disk
    }

    private static func isChunkFile(_ path: FilePath) -> Bool { path.extension == "chunks" }
}
