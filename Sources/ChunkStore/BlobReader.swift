internal import Chunking

/// A blob, or a part of one, on its way out of the store. Every chunk is checked before its bytes are given out.
public struct BlobReader: ~Copyable, Sendable {
    /// What the bytes belong to.
    struct Subject: Sendable {
        let project: ProjectID
        let digest: Digest
        /// `nil` when the blob is not committed yet.
        let row: BlobRow?
    }

    /// How many bytes are still to come.
    public private(set) var remaining: UInt64

    private let store: Store
    private let subject: Subject
    private var pieces: Recipe.Pieces.Iterator
    private var headers: StreamReader
    private var payload: StreamReader
    /// The piece that is being given out, and how much of it was.
    private var piece: Recipe.Piece?
    private var given = 0

    init(_ store: Store, _ recipe: Recipe, _ pieces: Recipe.Pieces, count: UInt64, of subject: Subject) {
        self.store = store
        self.subject = subject
        self.pieces = pieces.makeIterator()
        headers = StreamReader(recipe.headers)
        payload = StreamReader(recipe.payload)
        remaining = count
    }

    /// Appends the next bytes to `buffer`, at least one and about `maximum` (never more); 0 at the end.
    /// - Throws: `missingContent` when a chunk does not pass its check, `io`, `closed`.
    public mutating func read(into buffer: inout [UInt8], maximum: Int) throws(StoreError) -> Int {
        buffer.reserveCapacity(buffer.count + Int(min(UInt64(max(0, maximum)), remaining)))
        return try read(maximum: maximum) { buffer.append(copying: $0) }
    }

    /// Lends the next bytes, at least one and about `maximum` (never more), to `onPart`, in as many parts as they are
    /// stored in; each is valid only inside the call. How many there were; 0 at the end.
    ///
    /// What was lent before a failure stays given; the failure comes again with the next call.
    /// - Throws: as ``read(into:maximum:)``, or what `onPart` throws.
    public mutating func read(
        maximum: Int, onPart: (RawSpan) throws(StoreError) -> Void
    ) throws(StoreError) -> Int {
        let wanted = Int(min(UInt64(max(0, maximum)), remaining))
        var count = 0
        while count < wanted {
            let (bytes, range) = try nextPart(maximum: wanted - count)
            try unsafe onPart(bytes.span.bytes.extracting(range))
            advance(by: range.count)
            count += range.count
        }
        return count
    }

    /// The bytes of the frame that the next bytes are in, and where.
    private mutating func nextPart(maximum: Int) throws(StoreError) -> ([UInt8], Range<Int>) {
        guard let next = piece ?? pieces.next() else {
            throw StoreError(.missingContent, "the recipe of \(subject.digest) ends early; store the blob again")
        }
        piece = next
        let (frame, range) = try chunk(of: next)
        let start = range.lowerBound + next.offset + given
        let end = start + min(next.length - given, maximum)
        guard end <= range.upperBound else { throw missing(next.chunk) }
        return (frame.bytes, start..<end)
    }

    private mutating func advance(by count: Int) {
        remaining -= UInt64(count)
        given += count
        guard given == piece?.length else { return }
        piece = nil
        given = 0
    }

    private mutating func chunk(of piece: Recipe.Piece) throws(StoreError) -> (DecodedFrame, Range<Int>) {
        let found: StreamReader.Found
        switch piece.stream {
        case .headers: found = try headers.chunk(at: piece.index, store)
        case .payload: found = try payload.chunk(at: piece.index, store)
        }
        if let chunk = found { return chunk }
        let subject = subject
        if let row = subject.row {
            try store.use { core throws(StoreError) in
                core.forget(subject.digest, of: subject.project, ifStill: row)
            }
        }
        throw missing(piece.chunk)
    }

    private func missing(_ chunk: ChunkReference) -> StoreError {
        StoreError(
            .missingContent,
            "chunk \(chunk.id.short) of blob \(subject.digest) is damaged or gone; store the blob again")
    }
}

/// Finds the chunks of one stream of a recipe. Keeps the frame it is in, so that the other stream cannot push it out.
struct StreamReader: Sendable {
    typealias Found = (frame: DecodedFrame, range: Range<Int>)?

    private let chunks: [ChunkReference]
    private var locator: ChunkLocator
    private var frame: (location: Location, decoded: DecodedFrame)?
    /// The chunk that was found last.
    private var last: (position: Int, range: Range<Int>)?

    init(_ chunks: [ChunkReference]) {
        self.chunks = chunks
        locator = ChunkLocator(chunks)
    }

    /// The decoded frame that the chunk at `position` is in, and where; `nil` when it is damaged or gone.
    mutating func chunk(at position: Int, _ store: Store) throws(StoreError) -> Found {
        if let last, last.position == position, let frame { return (frame.decoded, last.range) }
        var copy = self
        let found = try store.use { core throws(StoreError) in try copy.find(position, core) }
        self = copy
        return found
    }

    private mutating func find(_ position: Int, _ core: Core) throws(StoreError) -> Found {
        let chunk = chunks[position]
        var tried: Location?
        while let row = try locator.row(at: position, core.index) {
            if row.frame == tried {
                core.forget([chunk.id], in: row.frame)
                locator.reset()
                return nil
            }
            if frame?.location != row.frame {
                frame = nil
                last = nil
                if let decoded = try core.decodedFrame(at: row.frame) { frame = (row.frame, decoded) }
            }
            if let frame, let range = frame.decoded.range(of: chunk) {
                last = (position, range)
                return (frame.decoded, range)
            }
            // It may have been moved since its place was looked up; what is still there is damaged.
            tried = row.frame
            locator.reset()
        }
        return nil
    }
}
