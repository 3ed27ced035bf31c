import Chunking
import Compression

/// The corpus packed for the long term: what is new in a layer is compared with the same files of the layer before
/// it in the history of its repository.
final class PackRun {
    private let parameters: ChunkParameters
    private var packer: FramePacker
    private let target: Int
    /// The bytes of every chunk.
    private var contents: [Digest: [UInt8]] = [:]
    /// The bases of chunks that are in delta frames.
    private var bases: [Digest: [ChunkReference]] = [:]
    private var predecessors: [String: Predecessor] = [:]
    private var plain = Group()
    private var similar = Group()
    private(set) var tally = PackTally()

    init(parameters: ChunkParameters, settings: FramePacker.Settings) {
        self.parameters = parameters
        target = settings.target
        packer = FramePacker(settings)
    }

    /// Takes the next layer of the history.
    func take(_ layer: CorpusLayer) throws {
        let file = try MappedFile(layer.path)
        var splitter = LayerSplitter(parameters: parameters)
        var new: Set<Digest> = []
        func take(_ chunk: ChunkReference, _ bytes: RawSpan) {
            guard contents[chunk.id] == nil else { return }
            contents[chunk.id] = [UInt8](copying: bytes)
            new.insert(chunk.id)
        }
        file.forEachPart { part in splitter.update(part, onChunk: take) }
        let result = splitter.finish(onChunk: take)
        tally.layerBytes += file.byteCount
        try group(result, new, after: predecessors[layer.repository])
        predecessors[layer.repository] = Predecessor(result)
    }

    /// Puts the new chunks of a layer into frames.
    private func group(
        _ result: LayerSplitter.Result, _ new: Set<Digest>, after predecessor: Predecessor?
    ) throws {
        var left = new
        for chunk in result.recipe.headers where left.remove(chunk.id) != nil { try add(chunk, base: []) }
        try flush()
        let names = FileNames(result)
        let chunks = result.recipe.payload
        var (offset, before) = (UInt64(0), Digest?.none)
        for (position, chunk) in chunks.enumerated() {
            defer { offset += UInt64(chunk.length) }
            guard new.contains(chunk.id) else {
                before = chunk.id
                continue
            }
            guard left.remove(chunk.id) != nil else { continue }
            var base: [ChunkReference] = []
            if let predecessor {
                let behind = chunks[position...].first { !new.contains($0.id) }?.id
                for path in names.paths(in: offset..<offset + UInt64(chunk.length)) {
                    base += predecessor.base(for: path, left: before, right: behind)
                }
            }
            try add(chunk, base: base)
        }
        try flush()
    }

    private func add(_ chunk: ChunkReference, base: [ChunkReference]) throws {
        let group = base.isEmpty ? \PackRun.plain : \PackRun.similar
        if self[keyPath: group].byteCount + Int(chunk.length) > target { try flush(group) }
        self[keyPath: group].chunks.append(chunk)
        self[keyPath: group].byteCount += Int(chunk.length)
        // The depth is one: what is a delta itself stands for what it was made from.
        for root in base.flatMap({ bases[$0.id] ?? [$0] }) { self[keyPath: group].resemble(root) }
    }

    private func flush() throws {
        try flush(\.plain)
        try flush(\.similar)
    }

    private func flush(_ path: ReferenceWritableKeyPath<PackRun, Group>) throws {
        let group = self[keyPath: path]
        self[keyPath: path] = Group()
        guard !group.chunks.isEmpty else { return }
        let prefix = group.base.flatMap { contents[$0.id] ?? [] }
        let start = ContinuousClock.now
        for chunk in group.chunks {
            let bytes = contents[chunk.id] ?? []
            guard try unsafe packer.add(chunk, bytes.span.bytes) else {
                throw BenchError("chunk \(chunk.id.short) does not fit a frame of \(target) bytes")
            }
        }
        guard let frame = try unsafe packer.pack(base: group.base, prefix: prefix.span.bytes) else { return }
        tally.duration += start.duration(to: .now)
        tally.count(frame)
        guard frame.codec == .zstdDelta else { return }
        for chunk in frame.chunks { bases[chunk.id] = frame.base }
    }
}

extension PackRun {
    /// Chunks that will share a frame.
    private struct Group {
        var chunks: [ChunkReference] = []
        var byteCount = 0
        private(set) var base: [ChunkReference] = []
        private var baseByteCount = 0
        private var inBase: Set<Digest> = []

        /// Notes a chunk that the others resemble, while there is room.
        mutating func resemble(_ chunk: ChunkReference) {
            guard baseByteCount + Int(chunk.length) <= Frame.baseBytesMaximum,
                base.count < Frame.baseChunksMaximum, inBase.insert(chunk.id).inserted
            else { return }
            base.append(chunk)
            baseByteCount += Int(chunk.length)
        }
    }
}
