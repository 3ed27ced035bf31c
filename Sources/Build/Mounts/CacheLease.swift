internal import Chunking
internal import Dockerfile
internal import Glibc
internal import SystemPackage

/// A directory behind a mount of type cache that a command uses, until ``release()`` or the end of the process.
final class CacheLease: Sendable {
    /// The directory to mount.
    let tree: FilePath
    /// Whether it is the one that everybody uses first.
    let isFirst: Bool
    private let path: FilePath
    private let file: FileDescriptor

    /// Opens the place of the directory, making it when it is not there. Blocks.
    /// - Throws: `io`.
    init(_ path: FilePath, isFirst: Bool) throws(BuildError) {
        self.path = path
        self.isFirst = isFirst
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

    /// Tries to have it for this command, or for all commands that share it. Whoever has it alone removes what killed
    /// builds have left. Blocks.
    /// - Returns: whether it could be had.
    /// - Throws: `io`.
    func take(shared: Bool) throws(BuildError) -> Bool {
        if !leftovers.isEmpty, try lock(LOCK_EX) {
            clean()
            if !shared { return true }
        }
        return try lock(shared ? LOCK_SH : LOCK_EX)
    }

    private func lock(_ kind: Int32) throws(BuildError) -> Bool {
        if flock(file.rawValue, kind | LOCK_NB) == 0 { return true }
        let error = Errno(rawValue: errno)
        if error == .wouldBlock || error == .interrupted { return false }
        throw Self.failure(error, path)
    }

    /// Lets others have it.
    func release() {
        _ = flock(file.rawValue, LOCK_UN)
    }

    // MARK: Making

    /// Begins the names of directories that are being filled.
    private static let newPrefix = "new-"
    /// Begins the names of directories whose place another one takes.
    private static let oldPrefix = "old-"

    /// What is only there while the directory is made or replaced.
    private var leftovers: [String] {
        let names = (try? OpenDirectory(path).names()) ?? []
        return names.map { String(decoding: $0, as: UTF8.self) }.filter { name in
            name.hasPrefix(Self.newPrefix) || name.hasPrefix(Self.oldPrefix)
        }
    }

    /// Removes leftovers; nobody else uses the directory. One that was to be replaced comes back if nothing took its place.
    private func clean() {
        for name in leftovers {
            let isThere = unsafe tree.withPlatformString { unsafe access($0, F_OK) } == 0
            if name.hasPrefix(Self.oldPrefix), !isThere, (try? path.appending(name).rename(to: tree)) != nil {
                continue
            }
            // What cannot be removed costs space, not this build.
            try? TreeWalk.remove(path.appending(name))
        }
    }

    /// Makes the directory when it is not there yet, whole or not at all. Blocks.
    /// - Parameter fill: puts into it what it begins with.
    /// - Throws: `io`; what `fill` throws.
    func make(for mount: CacheMount, fill: (FilePath) throws -> Void) throws {
        let isThere = unsafe tree.withPlatformString { unsafe access($0, F_OK) } == 0
        if isThere { return }
        let beside = path.appending(
            Self.newPrefix + "\(getpid())-" + String(UInt64.random(in: 0...UInt64.max), radix: 36))
        do {
            try StateFile.makeDirectory(beside)
            try fill(beside)
            let owner = UserNamespace.present.owner(mount.uid, mount.gid)
            try Errno.check { unsafe beside.withPlatformString { unsafe chown($0, owner.uid, owner.gid) } }
            try Errno.check { unsafe beside.withPlatformString { unsafe chmod($0, mount.mode & 0o7777) } }
            try settle(beside)
        } catch {
            try? TreeWalk.remove(beside)
            throw error
        }
    }

    // MARK: What the server has

    /// The layer that the directory was restored from or stored as last; `nil` when it never was. Blocks.
    var storedLayer: Digest? {
        guard let text = try? SmallFile.read(path.appending("stored")) else { return nil }
        return Digest(String(decoding: text, as: UTF8.self))
    }

    /// Notes that the directory holds what `layer` does, until a command changes it. Blocks.
    /// - Throws: `io`.
    func note(_ layer: Digest) throws(BuildError) {
        try StateFile.write(Array("\(layer)".utf8), to: path.appending("stored"))
    }

    /// Makes the directory out of `layer`; what was there is removed, unless another build uses it. Blocks.
    /// - Throws: `io`; what `fill` throws.
    func replace(for mount: CacheMount, by layer: Digest, fill: (FilePath) throws -> Void) throws {
        let old = path.appending(Self.oldPrefix + "\(getpid())")
        if unsafe tree.withPlatformString({ unsafe access($0, F_OK) }) == 0 {
            let isAlone = try take(shared: false)
            // A lock that could not be had alone is lost.
            defer { if mount.sharing == .shared || !isAlone { _ = flock(file.rawValue, LOCK_SH) } }
            guard isAlone else { return }
            try tree.rename(to: old)
            do {
                try make(for: mount, fill: fill)
            } catch {
                try? old.rename(to: tree)
                throw error
            }
            try? TreeWalk.remove(old)
        } else {
            try make(for: mount, fill: fill)
        }
        try note(layer)
    }

    private func settle(_ beside: FilePath) throws(Errno) {
        do throws(Errno) {
            try beside.rename(to: tree)
        } catch  where error == .directoryNotEmpty || error == .fileExists {
            // Another command that shares it was quicker.
            try TreeWalk.remove(beside)
        }
    }

    private static func failure(_ error: any Error, _ path: FilePath) -> BuildError {
        BuildError(.io, "The cache directory \(path) cannot be used: \(error).", cause: error)
    }
}
