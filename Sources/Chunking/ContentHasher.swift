/// Computes the ``Entry/content`` of a file that arrives in parts: what the splitter would put into the entry table
/// for it. Memory is bounded by one chunk and the ids of the file's chunks.
public struct ContentHasher: ~Copyable, Sendable {
    private let parameters: ChunkParameters
    /// The file as a short one; used while it is shorter than the restart size.
    private var small = ContentDigest.smallHasher()
    private var cutter: StreamCutter
    private var chunks: [Digest] = []

    /// Begins a file.
    public init(parameters: ChunkParameters = .v1) {
        self.parameters = parameters
        cutter = StreamCutter(parameters: parameters)
    }

    /// Takes the file's next bytes. O(n).
    public mutating func update(_ bytes: RawSpan) {
        if cutter.byteCount < UInt64(parameters.fileRestart) { small.update(bytes) }
        cutter.append(bytes) { chunks.append(Digest(hashing: $0)) }
    }

    /// The identity of the bytes so far, which are all there are.
    public consuming func finish() -> Digest {
        guard cutter.byteCount >= UInt64(parameters.fileRestart) else { return small.finalize() }
        cutter.cut { chunks.append(Digest(hashing: $0)) }
        return ContentDigest.large(chunks, parameters: parameters.id)
    }
}
