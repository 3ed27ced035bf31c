internal import Compression
internal import Synchronization

/// Decoders that wait to be used again. Each holds about 1 MiB, so only a few are kept.
final class DecoderPool: Sendable {
    private static let idleMaximum = 4

    private final class Box: @unchecked Sendable {
        // Sendable: a box is in the pool or with the one thread that took it out.
        var decoder = FrameDecoder()
    }

    private let idle = Mutex<[Box]>([])

    /// Lends a decoder to `body`.
    func with<R>(_ body: (inout FrameDecoder) throws -> R) rethrows -> R {
        let box = idle.withLock { $0.popLast() } ?? Box()
        defer {
            idle.withLock { idle in
                if idle.count < Self.idleMaximum { idle.append(box) }
            }
        }
        return try body(&box.decoder)
    }
}
