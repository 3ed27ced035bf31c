/// Cuts one stream into chunks. Copies only chunks that lie across two parts; holds less than one.
struct StreamCutter: Sendable {
    /// The room for an incomplete chunk that is kept for the next; few chunks need more. Bytes.
    private static let keptCapacity = 128 << 10

    /// How long the chunks are that are complete, in order. Bytes.
    private(set) var lengths: [UInt32] = []
    /// How many bytes the stream has so far, those of the incomplete chunk too.
    private(set) var byteCount: UInt64 = 0
    private var chunker: Chunker
    /// The bytes of the incomplete chunk.
    private var pending: [UInt8] = []

    init(parameters: ChunkParameters) {
        chunker = Chunker(parameters: parameters)
    }

    /// Takes the next bytes of the stream.
    mutating func append<E: Error>(_ bytes: RawSpan, _ onChunk: (RawSpan) throws(E) -> Void) throws(E) {
        byteCount += UInt64(bytes.byteCount)
        var offset = 0
        while offset < bytes.byteCount {
            let left = bytes.extracting(offset..<bytes.byteCount)
            guard let end = chunker.scan(left) else {
                pending.append(copying: left)
                return
            }
            if pending.isEmpty {
                try emit(left.extracting(first: end), onChunk)
            } else {
                pending.append(copying: left.extracting(first: end))
                try emitPending(onChunk)
            }
            offset += end
        }
    }

    /// Takes bytes whose chunks are known, where a chunk begins.
    mutating func pass(byteCount count: Int) { byteCount += UInt64(count) }

    /// Takes the chunks of the bytes that were passed.
    mutating func add(_ chunks: [ChunkReference]) {
        for chunk in chunks { lengths.append(chunk.length) }
    }

    /// Ends the incomplete chunk, if there is one: the next byte begins a chunk.
    mutating func cut<E: Error>(_ onChunk: (RawSpan) throws(E) -> Void) throws(E) {
        chunker.restart()
        if !pending.isEmpty { try emitPending(onChunk) }
    }

    private mutating func emitPending<E: Error>(_ onChunk: (RawSpan) throws(E) -> Void) throws(E) {
        // Taken out, so that the cutter may change while the bytes are lent; the room comes back afterwards.
        var bytes: [UInt8] = []
        swap(&bytes, &pending)
        try unsafe emit(bytes.span.bytes, onChunk)
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptCapacity)
        pending = bytes
    }

    private mutating func emit<E: Error>(_ bytes: RawSpan, _ onChunk: (RawSpan) throws(E) -> Void) throws(E) {
        lengths.append(UInt32(bytes.byteCount))
        try onChunk(bytes)
    }
}
