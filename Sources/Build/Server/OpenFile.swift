internal import Chunking
internal import Glibc
internal import SystemPackage

/// An open file that is read and written at positions, and closed when nobody holds it any more.
final class OpenFile: Sendable {
    fileprivate let descriptor: FileDescriptor
    /// Where it is, for people.
    private let directory: FilePath

    /// Makes a file in `directory` that has no name, so that nothing is left of it when the process ends.
    /// - Throws: `io`.
    init(unlinkedIn directory: FilePath) throws(BuildError) {
        self.directory = directory
        do {
            descriptor = try FileDescriptor.open(
                directory, .readWrite, options: FileDescriptor.OpenOptions(rawValue: Self.unnamed),
                permissions: .ownerReadWrite)
        } catch {
            throw BuildError(.io, "A temporary file cannot be made in \(directory): \(error).", cause: error)
        }
    }

    /// `O_TMPFILE | O_CLOEXEC` of Linux; the first is a macro that the importer cannot read.
    private static let unnamed: Int32 = 0o20_000_000 | O_DIRECTORY | O_CLOEXEC

    /// Makes a file that only its owner may read.
    /// - Throws: `io`.
    init(creating path: FilePath) throws(BuildError) {
        directory = path.removingLastComponent()
        do {
            descriptor = try FileDescriptor.open(
                path, .readWrite, options: [.create, .exclusiveCreate, .closeOnExec], permissions: .ownerReadWrite)
        } catch {
            throw BuildError(.io, "\(path) cannot be made: \(error).", cause: error)
        }
    }

    /// Opens a file to read.
    /// - Throws: `io`.
    init(reading path: FilePath) throws(BuildError) {
        directory = path.removingLastComponent()
        do {
            descriptor = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        } catch {
            throw BuildError(.io, "\(path) cannot be opened: \(error).", cause: error)
        }
    }

    deinit {
        try? descriptor.close()
    }

    /// Gives a file without a name one on its file system.
    /// - Throws: `io`.
    func link(at path: FilePath) throws(BuildError) {
        let own = FilePath("/proc/self/fd/\(descriptor.rawValue)")
        do throws(Errno) {
            try Errno.check {
                unsafe own.withPlatformString { own in
                    unsafe path.withPlatformString { unsafe linkat(AT_FDCWD, own, AT_FDCWD, $0, AT_SYMLINK_FOLLOW) }
                }
            }
        } catch {
            throw BuildError(.io, "\(path) cannot be made: \(error).", cause: error)
        }
    }

    /// Writes all of `bytes` at `offset`. Blocks.
    func write(_ bytes: RawSpan, at offset: UInt64) throws(BuildError) {
        do {
            _ = try unsafe bytes.withUnsafeBytes { bytes in
                try unsafe descriptor.writeAll(toAbsoluteOffset: Int64(offset), bytes)
            }
        } catch {
            throw notWritten(error)
        }
    }

    /// Has the file end at `size`.
    func resize(to size: UInt64) throws(BuildError) {
        do {
            try descriptor.resize(to: Int64(size))
        } catch {
            throw notWritten(error)
        }
    }

    private func notWritten(_ error: any Error) -> BuildError {
        let advice =
            (error as? Errno).map { [.noSpace, .diskQuotaExceeded].contains($0) } == true
            ? "; make room there, as with `larder prune`, or keep layers elsewhere with --state-dir" : ""
        return BuildError(.io, "A file in \(directory) cannot be written: \(error)\(advice).", cause: error)
    }

    /// Reads exactly `count` bytes at `offset` to the beginning of `buffer`, which has room for them. Blocks.
    func read(into buffer: inout [UInt8], count: Int, at offset: UInt64) throws(BuildError) {
        var done = 0
        while done < count {
            let part = try readPart(into: &buffer, done..<count, at: offset + UInt64(done))
            guard part > 0 else { throw BuildError(.io, "A file ended while it was read.") }
            done += part
        }
    }

    /// Reads up to a whole `buffer` at `offset`; returns how much there was, 0 at the end. Blocks.
    func readPart(into buffer: inout [UInt8], at offset: UInt64) throws(BuildError) -> Int {
        try readPart(into: &buffer, 0..<buffer.count, at: offset)
    }

    private func readPart(
        into buffer: inout [UInt8], _ range: Range<Int>, at offset: UInt64
    ) throws(BuildError) -> Int {
        do {
            return try unsafe buffer.withUnsafeMutableBytes { bytes in
                let room = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[range])
                return try unsafe descriptor.read(fromAbsoluteOffset: Int64(offset), into: room)
            }
        } catch {
            throw BuildError(.io, "A file cannot be read: \(error).", cause: error)
        }
    }

    /// Drops everything in the file.
    func truncate() {
        try? descriptor.resize(to: 0)
    }
}

extension OpenFile {
    /// What tells whether the file has changed.
    /// - Throws: `io`.
    func stamp() throws(BuildError) -> FileStamp {
        do {
            return FileStamp(try Stat(descriptor))
        } catch {
            throw BuildError(.io, "A file cannot be looked at: \(error).", cause: error)
        }
    }
}

extension OpenFile {
    /// Its first `size` bytes, as those of a layer.
    func source(size: UInt64) -> LayerSource {
        { write in
            var buffer = [UInt8](repeating: 0, count: 1 << 20)
            var offset: UInt64 = 0
            while offset < size {
                let count = Int(min(UInt64(buffer.count), size - offset))
                try self.read(into: &buffer, count: count, at: offset)
                try unsafe write(buffer.span.bytes.extracting(first: count))
                offset += UInt64(count)
            }
        }
    }
}
