internal import Chunking

/// Which chunks of a layer are to share a packed frame, and what each frame may be a difference from. Pure.
struct PackPlan: Sendable {
    /// Chunks for one frame.
    struct Group: Sendable {
        var chunks: [ChunkReference] = []
        /// Chunks of earlier layers that resemble these, in the order in which they were found; may be none.
        var base: [ChunkReference] = []
        private(set) var bytes = 0
        private(set) var baseBytes = 0
        private var baseIDs: Set<Digest> = []

        mutating func add(_ chunk: ChunkReference, base: [ChunkReference]) {
            chunks.append(chunk)
            bytes += Int(chunk.length)
            for chunk in base where baseIDs.insert(chunk.id).inserted {
                self.base.append(chunk)
                baseBytes += Int(chunk.length)
            }
        }
    }

    private let layout: (headers: StreamLayout, payload: StreamLayout, entries: StreamLayout)
    private let files: [PayloadFile]
    private let predecessors: [Predecessor]
    private let settings: PackSettings

    /// - Parameters:
    ///   - table: the layer's own entry table; `nil` when it has none, and so no predecessors either.
    ///   - predecessors: those to look in first come first.
    init(_ record: BlobRecord, _ table: EntryTable?, predecessors: [Predecessor], settings: PackSettings) {
        layout = (
            StreamLayout(record.recipe.headers), StreamLayout(record.recipe.payload),
            StreamLayout(record.entries ?? [])
        )
        files = (table?.entries ?? []).filter { $0.kind == .file && $0.size > 0 }
            .map { PayloadFile(path: $0.path, range: $0.payloadOffset..<$0.payloadOffset + $0.size) }
            .sorted { $0.range.lowerBound < $1.range.lowerBound }
        self.predecessors = predecessors
        self.settings = settings
    }

    /// The groups that the chunks for which `isWanted` says so make.
    /// - Parameter mayBeDelta: whether a chunk may be stored as a difference.
    func groups(_ isWanted: (Digest) -> Bool, mayBeDelta: (Digest) -> Bool) -> [Group] {
        var groups: [Group] = []
        var seen: Set<Digest> = []
        func add(_ layout: StreamLayout, _ base: (Int) -> [ChunkReference]) {
            var (plain, delta) = (Group(), Group())
            for (index, chunk) in layout.chunks.enumerated() {
                guard isWanted(chunk.id), seen.insert(chunk.id).inserted else { continue }
                let base = mayBeDelta(chunk.id) ? base(index) : []
                if base.isEmpty {
                    append(chunk, [], to: &plain, &groups)
                } else {
                    append(chunk, base, to: &delta, &groups)
                }
            }
            for group in [plain, delta] where !group.chunks.isEmpty { groups.append(group) }
        }
        add(layout.headers) { relativeBase(of: $0, in: layout.headers, \.headers) }
        add(layout.payload, payloadBase)
        add(layout.entries) { relativeBase(of: $0, in: layout.entries, \.entries) }
        return groups
    }

    private func append(
        _ chunk: ChunkReference, _ base: [ChunkReference], to group: inout Group, _ groups: inout [Group]
    ) {
        let target = base.isEmpty ? settings.frameBytes : settings.deltaFrameBytes
        if !group.chunks.isEmpty, group.bytes + Int(chunk.length) > target || group.baseBytes > settings.baseBytes {
            groups.append(group)
            group = Group()
        }
        group.add(chunk, base: base)
    }

    /// What resembles a chunk of the payload, file by file.
    private func payloadBase(of index: Int) -> [ChunkReference] {
        guard !predecessors.isEmpty else { return [] }
        let range = layout.payload.range(of: index)
        var base: [ChunkReference] = []
        for file in files(in: range) {
            guard let predecessor = predecessors.first(where: { $0.has(file.path) }) else { continue }
            let piece = range.clamped(to: file.range)
            let chunks = predecessor.payloadChunks(resembling: piece, of: file, in: layout.payload, chunk: index)
            base += predecessor.payload.chunks[chunks]
        }
        return base
    }

    private func files(in range: Range<UInt64>) -> ArraySlice<PayloadFile> {
        let start = files.firstIndexBisecting { $0.range.upperBound > range.lowerBound }
        var end = start
        while end < files.count, files[end].range.lowerBound < range.upperBound { end += 1 }
        return files[start..<end]
    }

    /// What is at about the same place of the same stream of the first predecessor.
    private func relativeBase(
        of index: Int, in layout: StreamLayout, _ stream: KeyPath<Predecessor, StreamLayout>
    ) -> [ChunkReference] {
        guard let old = predecessors.first?[keyPath: stream], old.byteCount > 0 else { return [] }
        let range = layout.range(of: index)
        let scale = Double(old.byteCount) / Double(max(1, layout.byteCount))
        let middle = UInt64(Double(range.lowerBound) * scale)
        let margin = UInt64(settings.deltaFrameBytes / 2)
        let start = middle - min(middle, margin)
        return Array(old.chunks[old.chunks(in: start..<middle + UInt64(range.count) + margin)])
    }
}
