internal import Dockerfile
internal import Glibc
internal import SystemPackage

/// A directory behind a mount of type cache that a command uses, until ``release()`` or the end of the process.
final class CacheLease: Sendable {
    /// The directory to mount.
    let tree: FilePath
    private let path: FilePath
    private let file: FileDescriptor

    /// Opens the place of the directory, making it when it is not there. Blocks.
    /// - Throws: `io`.
    init(_ path: FilePath) throws(BuildError) {
        self.path = path
        tree = path.appending("tree")
        try StateFile.makeDirectory(path)
        do {
            file = try FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec])
        } catch {
            throw Self.failure(error, path)
        }
    }

    deinit {
        try? file.close()
    }

    /// Tries to have it for this command, or for all commands that share it.
    /// - Returns: whether it could be had.
    /// - Throws: `io`.
    func take(shared: Bool) throws(BuildError) -> Bool {
        if flock(file.rawValue, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 { return true }
        let error = Errno(rawValue: errno)
        if error == .wouldBlock || error == .interrupted { return false }
        throw Self.failure(error, path)
    }

    /// Lets others have it.
    func release() {
        _ = flock(file.rawValue, LOCK_UN)
    }

    /// Makes the directory when it is not there yet, whole or not at all. Blocks.
    /// - Parameter fill: puts into it what it begins with.
    /// - Throws: `io`; what `fill` throws.
    func make(for mount: CacheMount, fill: (FilePath) throws -> Void) throws {
        let isThere = unsafe tree.withPlatformString { unsafe access($0, F_OK) } == 0
        if isThere { return }
        let beside = path.appending("new-\(getpid())-" + String(UInt64.random(in: 0...UInt64.max), radix: 36))
        do {
            try StateFile.makeDirectory(beside)
            try fill(beside)
            try Errno.check { unsafe beside.withPlatformString { unsafe chown($0, mount.uid, mount.gid) } }
            try Errno.check { unsafe beside.withPlatformString { unsafe chmod($0, mount.mode & 0o7777) } }
            try settle(beside)
        } catch {
            try? TreeWalk.remove(beside)
            throw error
        }
    }

    private func settle(_ beside: FilePath) throws(Errno) {
        do throws(Errno) {
            try LayerHome.rename(beside, to: tree)
        } catch  where error == .directoryNotEmpty || error == .fileExists {
            // Another command that shares it was quicker.
            try TreeWalk.remove(beside)
        }
    }

    private static func failure(_ error: any Error, _ path: FilePath) -> BuildError {
        BuildError(.io, "The cache directory \(path) cannot be used: \(error).", cause: error)
    }
}
