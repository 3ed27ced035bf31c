internal import CLinux
internal import Glibc
internal import SystemPackage

/// A file that is there with all of its content or not at all.
struct OutputFile: Sendable {
    private let path: FilePath
    /// Where it is written first; `nil` when what is at `path` is no plain file (a pipe, a device) and is written to.
    private let beside: FilePath?

    init(_ path: FilePath) {
        self.path = path
        var information = stat()
        let isSpecial = unsafe path.withPlatformString { path in
            unsafe stat(path, &information) == 0 && information.st_mode & S_IFMT != S_IFREG
        }
        beside = isSpecial ? nil : FilePath(path.string + ".\(getpid()).new")
    }

    /// Opens it to be written. Blocks.
    /// - Throws: `io`.
    func open() throws(BuildError) -> OwnedDescriptor {
        do {
            let options: FileDescriptor.OpenOptions =
                beside == nil ? [.closeOnExec] : [.create, .truncate, .closeOnExec]
            let file = try FileDescriptor.open(
                beside ?? path, .writeOnly, options: options,
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
            return OwnedDescriptor(owning: file.rawValue)
        } catch {
            throw BuildError(.io, "\(path) cannot be written: \(error).", cause: error)
        }
    }

    /// Puts it in its place. Blocks.
    /// - Throws: `io`.
    func commit() throws(BuildError) {
        if let beside { try StateFile.rename(beside, to: path) }
    }

    /// Removes what was written.
    func discard() {
        if let beside { unsafe beside.withPlatformString { _ = unsafe unlink($0) } }
    }
}

extension ImageExport {
    /// Writes the image to a file, or to standard output; returns how many bytes it has.
    /// - Throws: `io`, or what reading throws.
    func write(_ format: ImageOutput.Format, to path: FilePath?) async throws -> Int {
        guard let path else {
            let archive = ImageArchive(try Self.standardOutput())
            try await write(format, into: archive)
            return archive.byteCount
        }
        let file = OutputFile(path)
        do {
            let archive = try await BlockingThreads.run { ImageArchive(try file.open()) }
            try await write(format, into: archive)
            try await BlockingThreads.run { try file.commit() }
            return archive.byteCount
        } catch {
            file.discard()
            throw error
        }
    }

    private static func standardOutput() throws(BuildError) -> OwnedDescriptor {
        do {
            return OwnedDescriptor(owning: try Errno.check { fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0) })
        } catch {
            throw BuildError(.io, "Standard output cannot be written: \(error).", cause: error)
        }
    }
}
