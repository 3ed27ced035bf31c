internal import CLinux
internal import Chunking
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// Which layers of a runner one build uses, so that no other process removes them before it ends: a byte of one file is
/// locked for each, and the kernel releases all when the file is closed. All calls block.
final class LayerHolds: Sendable {
    private let file: OwnedDescriptor
    private let held = Mutex<Set<Digest>>([])

    /// - Parameter root: the directory of the layers.
    init(_ root: FilePath) throws(Errno) {
        let flags = O_RDWR | O_CREAT | O_CLOEXEC
        let path = root.appending(".locks")
        file = OwnedDescriptor(
            owning: try Errno.check { unsafe path.withPlatformString { unsafe open($0, flags, 0o600) } })
    }

    /// Holds a layer if it is there.
    /// - Returns: whether it is.
    func hold(_ layer: Digest, ifThere isThere: () -> Bool) -> Bool {
        held.withLock { held in
            if held.contains(layer) { return true }
            lock(layer)
            guard isThere() else {
                lock(layer, type: F_UNLCK)
                return false
            }
            held.insert(layer)
            return true
        }
    }

    /// Holds a layer that is about to be there; whoever fails to make it releases it.
    func begin(_ layer: Digest) {
        held.withLock { _ in lock(layer) }
    }

    /// A layer is not used any more.
    func release(_ layer: Digest) {
        held.withLock { held in
            held.remove(layer)
            lock(layer, type: F_UNLCK)
        }
    }

    /// No layer is used any more.
    func close() {
        for layer in held.withLock({ $0 }) { release(layer) }
    }

    /// Runs `body` if nobody uses the layer; whoever wants to has to wait until it returns.
    /// - Returns: whether it ran.
    func exclusively(_ layer: Digest, _ body: () -> Void) -> Bool {
        held.withLock { held in
            guard !held.contains(layer) else { return false }
            guard linux_lock_byte(file.rawValue, F_WRLCK, Self.offset(of: layer), 0) == 0 else { return false }
            body()
            lock(layer, type: F_UNLCK)
            return true
        }
    }

    /// A file system without locks is one that no other process shares.
    private func lock(_ layer: Digest, type: Int32 = F_RDLCK) {
        _ = try? Errno.check { linux_lock_byte(file.rawValue, type, Self.offset(of: layer), 1) }
    }

    /// Layers whose digests begin alike share a byte, and live as long as the longer of the two.
    private static func offset(of layer: Digest) -> Int64 {
        layer.rawBytes.prefix(7).reduce(0) { $0 << 8 | Int64($1) }
    }
}
