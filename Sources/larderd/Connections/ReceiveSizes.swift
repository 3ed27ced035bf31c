import NIOCore
import Synchronization

/// Lets a connection that brings much be read in large pieces: a call of the kernel, and a hop to another thread, are then
/// paid for by more bytes. Up to ten pieces wait for whoever reads the body, so the more connections there are, the shorter
/// a piece may be.
final class ReceiveSizes: ChannelInboundHandler, RemovableChannelHandler {
    /// Everything is passed on as it is.
    typealias InboundIn = Any

    private static let open = Atomic(0)

    func handlerAdded(context: ChannelHandlerContext) {
        Self.open.add(1, ordering: .relaxed)
        // A channel without the option reads as it did before.
        try? context.channel.syncOptions?.setOption(.recvAllocator, value: SharedReceiveAllocator())
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        Self.open.subtract(1, ordering: .relaxed)
    }

    /// How long a piece may be while so many connections are open. Bytes.
    fileprivate static var pieceMaximum: Int {
        let share = SharedReceiveAllocator.memoryMaximum / 10 / max(1, open.load(ordering: .relaxed))
        return min(max(share, SharedReceiveAllocator.pieceMinimum), SharedReceiveAllocator.pieceMaximum)
    }
}

/// Begins with small pieces, which grow while they are full.
private struct SharedReceiveAllocator: RecvByteBufferAllocator {
    /// What waits on all connections together has about this much memory. Bytes.
    static let memoryMaximum = 24 << 20
    static let pieceMinimum = 4 << 10
    static let pieceMaximum = 512 << 10

    private var adaptive = AdaptiveRecvByteBufferAllocator(minimum: 1 << 10, initial: 4 << 10, maximum: pieceMaximum)

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer { allocator.buffer(capacity: size) }

    func nextBufferSize() -> Int? { size }

    mutating func record(actualReadBytes: Int) -> Bool { adaptive.record(actualReadBytes: actualReadBytes) }

    private var size: Int { min(adaptive.nextBufferSize() ?? Self.pieceMinimum, ReceiveSizes.pieceMaximum) }
}
