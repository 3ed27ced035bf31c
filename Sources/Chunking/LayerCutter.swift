/// Does what ``LayerSplitter`` does without naming anything: for those who hash the chunks, and the whole blob, on other
/// threads. Only files too short for chunks of their own are hashed.
public struct LayerCutter: ~Copyable, Sendable {
    /// The most extents a recipe gets; behind them everything stays in the headers stream.
    static let extentsMaximum = 2 * EntryTable.rowsMaximum

    enum Form: Sendable {
        /// The first block is not complete yet.
        case unknown
        case tar
        case opaque
        /// Only zeros so far.
        case zeros
    }

    /// The chunks of a file that is known to have them, if its bytes were cut before; else none.
    public typealias KnownChunks = @Sendable (LayerPath) -> [ChunkReference]

    private let parameters: ChunkParameters
    private let known: KnownChunks
    private var form = Form.unknown
    private var firstBlock: [UInt8] = []
    private var parser = TarParser()
    private var size: UInt64 = 0
    private var headers: StreamCutter
    private var payload: StreamCutter
    private var extents: [Recipe.Extent] = []
    private var file = OpenFile()
    private var largeFiles: [CutLayer.LargeFile] = []
    private var knownNames: [CutLayer.KnownNames] = []

    /// Begins a blob.
    /// - Parameter known: is asked for the chunks of each file that has chunks of its own. What it gives is believed if it is as
    ///   long as the file; these chunks are neither cut nor handed out.
    public init(parameters: ChunkParameters = .v1, known: @escaping KnownChunks = { _ in [] }) {
        self.parameters = parameters
        self.known = known
        headers = StreamCutter(parameters: parameters)
        payload = StreamCutter(parameters: parameters)
    }

    /// Takes the blob's next bytes. `onChunk` gets every chunk that is complete: the stream it belongs to, whose next
    /// it is, and its bytes, which are valid only inside the call. O(n).
    public mutating func update<E: Error>(
        _ bytes: RawSpan, onChunk: (Recipe.Stream, RawSpan) throws(E) -> Void
    ) throws(E) {
        size += UInt64(bytes.byteCount)
        var taken = 0
        if case .unknown = form {
            taken = min(TarHeader.byteCount - firstBlock.count, bytes.byteCount)
            firstBlock.append(copying: bytes.extracting(first: taken))
            guard firstBlock.count == TarHeader.byteCount else { return }
            try takeFirstBlock(onChunk)
        }
        try take(bytes.extracting(droppingFirst: taken), onChunk)
    }

    /// Ends the blob: the last chunks go to `onChunk`. To be called once.
    public mutating func finish<E: Error>(
        onChunk: (Recipe.Stream, RawSpan) throws(E) -> Void
    ) throws(E) -> CutLayer {
        if case .unknown = form { try takeFirstBlock(onChunk) }
        try headers.cut { bytes throws(E) in try onChunk(.headers, bytes) }
        try cutPayload(onChunk)
        let entries: EntryTable? =
            switch form {
            case .tar: parser.finish()
            case .zeros: EntryTable()
            case .opaque, .unknown: nil
            }
        return CutLayer(
            parameters: parameters.id, size: size, headers: headers.lengths, payload: payload.lengths,
            extents: extents, entries: entries, largeFiles: largeFiles, knownNames: knownNames)
    }

    /// Decides by the first block, or by what there is when the blob is shorter, what the blob is.
    private mutating func takeFirstBlock<E: Error>(
        _ onChunk: (Recipe.Stream, RawSpan) throws(E) -> Void
    ) throws(E) {
        let block = firstBlock
        firstBlock = []
        if TarHeader(block) != nil {
            form = .tar
        } else if block.count == TarHeader.byteCount, block.allSatisfy({ $0 == 0 }) {
            form = .zeros
        } else {
            form = .opaque
        }
        try unsafe take(block.span.bytes, onChunk)
    }

    private mutating func take<E: Error>(
        _ bytes: RawSpan, _ onChunk: (Recipe.Stream, RawSpan) throws(E) -> Void
    ) throws(E) {
        switch form {
        case .tar:
            var offset = 0
            while offset < bytes.byteCount {
                offset += try takeStep(bytes.extracting(offset..<bytes.byteCount), onChunk)
            }
        case .zeros:
            if unsafe bytes.withUnsafeBytes({ unsafe $0.contains { $0 != 0 } }) { form = .opaque }
            fallthrough
        case .opaque, .unknown:
            extend(.payload, bytes.byteCount)
            try payload.append(bytes) { bytes throws(E) in try onChunk(.payload, bytes) }
        }
    }

    /// Puts what the parser says of the first of `bytes` into its stream; returns how many that were.
    private mutating func takeStep<E: Error>(
        _ bytes: RawSpan, _ onChunk: (Recipe.Stream, RawSpan) throws(E) -> Void
    ) throws(E) -> Int {
        let step = parser.advance(bytes)
        let part = bytes.extracting(first: step.count)
        extend(step.stream, step.count)
        switch step.stream {
        case .headers: try headers.append(part) { bytes throws(E) in try onChunk(.headers, bytes) }
        case .payload:
            file.small?.update(part)
            if file.known.isEmpty {
                try payload.append(part) { bytes throws(E) in try onChunk(.payload, bytes) }
            } else {
                payload.pass(byteCount: part.byteCount)
            }
        }
        switch step.event {
        case .none: break
        case .fileBegins(let size):
            try beginFile(size, onChunk)
            if size == 0 { try endFile(onChunk) }
        case .fileEnds: try endFile(onChunk)
        }
        return step.count
    }

    private mutating func beginFile<E: Error>(
        _ size: UInt64, _ onChunk: (Recipe.Stream, RawSpan) throws(E) -> Void
    ) throws(E) {
        let isLarge = size >= UInt64(parameters.fileRestart)
        if isLarge { try cutPayload(onChunk) }
        file = OpenFile(
            offset: payload.byteCount, firstChunk: payload.lengths.count, isLarge: isLarge,
            known: isLarge ? knownChunks(byteCount: size) : [],
            small: !isLarge && parser.wantsContent ? ContentDigest.smallHasher() : nil)
    }

    private func knownChunks(byteCount: UInt64) -> [ChunkReference] {
        guard let path = parser.lastPath else { return [] }
        let chunks = known(path)
        return chunks.reduce(0) { $0 + UInt64($1.length) } == byteCount ? chunks : []
    }

    private mutating func endFile<E: Error>(
        _ onChunk: (Recipe.Stream, RawSpan) throws(E) -> Void
    ) throws(E) {
        if !file.known.isEmpty {
            knownNames.append(CutLayer.KnownNames(first: file.firstChunk, names: file.known.map(\.id)))
            payload.add(file.known)
        }
        if file.isLarge { try cutPayload(onChunk) }
        if parser.wantsContent {
            let row = parser.completeFile(content: file.small?.finalize(), payloadOffset: file.offset)
            if let row, file.isLarge {
                largeFiles.append(CutLayer.LargeFile(row: row, chunks: file.firstChunk..<payload.lengths.count))
            }
        }
        file = OpenFile()
        if extents.count >= Self.extentsMaximum { parser.giveUp() }
    }

    private mutating func cutPayload<E: Error>(
        _ onChunk: (Recipe.Stream, RawSpan) throws(E) -> Void
    ) throws(E) {
        try payload.cut { bytes throws(E) in try onChunk(.payload, bytes) }
    }

    private mutating func extend(_ stream: Recipe.Stream, _ count: Int) {
        guard count > 0 else { return }
        if let last = extents.last, last.stream == stream {
            extents[extents.count - 1] = Recipe.Extent(stream: stream, length: last.length + UInt64(count))
        } else {
            extents.append(Recipe.Extent(stream: stream, length: UInt64(count)))
        }
    }

    /// The regular file whose bytes are arriving.
    private struct OpenFile: Sendable {
        var offset: UInt64 = 0
        var firstChunk = 0
        var isLarge = false
        /// Its chunks, when they need not be cut.
        var known: [ChunkReference] = []
        /// Hashes the file when it is small and its row is wanted.
        var small: DigestHasher?
    }
}
