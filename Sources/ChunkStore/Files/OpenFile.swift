internal import Synchronization
internal import SystemPackage

/// An open chunk file; closed when nobody uses it any more, so that a file put out of the cache can still be read
/// by those who have it.
final class OpenFile: Sendable {
    let number: UInt32
    let path: FilePath
    let descriptor: FileDescriptor
    private let disk: Disk

    init(
        _ number: UInt32, at path: FilePath, mode: FileDescriptor.AccessMode,
        options: FileDescriptor.OpenOptions = [], disk: Disk
    ) throws(Errno) {
        descriptor = try disk.open(path, mode, options)
        self.number = number
        self.path = path
        self.disk = disk
    }

    deinit {
        disk.close(descriptor)
    }
}

/// Chunk files open for reading; the least recently used is closed when there are too many.
final class OpenFiles: Sendable {
    static let countMaximum = 128

    private struct State {
        var files: [UInt32: (file: OpenFile, used: UInt64)] = [:]
        var clock: UInt64 = 0
    }

    let directory: FilePath
    private let disk: Disk
    private let state = Mutex(State())

    init(in directory: FilePath, disk: Disk) {
        self.directory = directory
        self.disk = disk
    }

    /// Closes a file when its last reader is done.
    func forget(_ number: UInt32) {
        state.withLock { $0.files[number] = nil }
    }

    func file(_ number: UInt32) throws(Errno) -> OpenFile {
        try state.withLock { state throws(Errno) in
            state.clock += 1
            if let known = state.files[number] {
                state.files[number]?.used = state.clock
                return known.file
            }
            let path = directory.appending(ChunkFileHeader.name(number))
            let opened = try OpenFile(number, at: path, mode: .readOnly, disk: disk)
            if state.files.count >= Self.countMaximum,
                let oldest = state.files.min(by: { $0.value.used < $1.value.used })
            {
                state.files[oldest.key] = nil
            }
            state.files[number] = (opened, state.clock)
            return opened
        }
    }
}
