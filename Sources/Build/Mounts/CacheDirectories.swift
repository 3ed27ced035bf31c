internal import CacheAPI
internal import Chunking
internal import Dockerfile
internal import Glibc
internal import SystemPackage

/// The directories behind mounts of type cache, which this runner keeps per project: `<id>/<number>/tree`, where
/// `<id>` is a digest of what makes it the same directory. Whoever uses one has its number locked; there are several
/// numbers where a private one was wanted while the first was in use.
struct CacheDirectories: Sendable {
    private static let patience = Duration.milliseconds(50)

    /// The directory of the project.
    let root: FilePath

    /// Which directory a mount means: like BuildKit's, one that begins with other files or has another owner is
    /// another one.
    /// - Parameter content: the content key of the files that it begins with.
    static func identity(of mount: CacheMount, content: Digest?) -> Digest {
        var hasher = KeyHasher(domain: "larder.cache-mount.v1")
        hasher.add(mount.id)
        hasher.add(content.map { [$0] } ?? [])
        hasher.add(mount.mode)
        hasher.add(mount.uid)
        hasher.add(mount.gid)
        return hasher.finalize()
    }

    /// Waits until a directory may be used.
    /// - Parameter onWait: called when there is something to wait for.
    /// - Throws: `io`, `CancellationError`.
    func lease(_ identity: Digest, sharing: CacheMount.Sharing, onWait: () -> Void) async throws -> CacheLease {
        let home = root.appending(identity.hex)
        var hasWaited = false
        while true {
            let lease = try await BlockingThreads.run { try Self.tryLease(in: home, sharing) }
            if let lease { return lease }
            if !hasWaited { onWait() }
            hasWaited = true
            try await Task.sleep(for: Self.patience)
        }
    }

    /// The first directory of several, not locked yet. Blocks.
    /// - Throws: `io`.
    func first(_ identity: Digest) throws(BuildError) -> CacheLease {
        try CacheLease(root.appending(identity.hex).appending("0"), isFirst: true)
    }

    /// `nil` while it is in use.
    private static func tryLease(in home: FilePath, _ sharing: CacheMount.Sharing) throws(BuildError) -> CacheLease? {
        var number = 0
        while true {
            let lease = try CacheLease(home.appending(String(number)), isFirst: number == 0)
            if try lease.take(shared: sharing == .shared) { return lease }
            if sharing != .private { return nil }
            number += 1
        }
    }
}
