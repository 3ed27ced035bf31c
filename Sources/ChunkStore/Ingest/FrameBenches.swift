internal import Compression
internal import Glibc
internal import Synchronization

/// Lends what makes frames, which has a megabyte of buffers, to those who are making one; a few are kept for the next.
final class FrameBenches: Sendable {
    private final class Bench: @unchecked Sendable {
        // Sendable: a bench is idle or with the one thread that took it.
        var builder: FrameBuilder

        init(_ builder: consuming FrameBuilder) {
            self.builder = builder
        }
    }

    private let codec: Codec
    private let level: Int32
    private let keptMaximum = max(2, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    private let idle = Mutex<[Bench]>([])

    init(codec: Codec, level: Int32) {
        self.codec = codec
        self.level = level
    }

    /// Lends a builder for the time of `body`.
    func withBuilder<R, E: Error>(_ body: (inout FrameBuilder) throws(E) -> R) throws(E) -> R {
        let bench = idle.withLock { $0.popLast() } ?? Bench(FrameBuilder(codec: codec, level: level))
        defer { idle.withLock { if $0.count < keptMaximum { $0.append(bench) } } }
        return try body(&bench.builder)
    }
}
