internal import Chunking

/// A blob, or a part of one, on its way out of the store.
///
/// Of what is given out the record's checksum was verified, and that it is as long as the recipe says; whoever relies on the
/// bytes as a whole compares their digest. Frames that come next are decompressed ahead, by other threads.
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

    /// - Parameter hashed: whether every chunk is hashed, since nobody else can tell whether the bytes are right.
    init(
        _ store: Store, _ recipe: Recipe, _ pieces: Recipe.Pieces, count: UInt64, of subject: Subject,
        hashed: Bool = false
    ) {
        self.store = store
        self.subject = subject
        self.pieces = pieces.makeIterator()
        // One frame of headers is read for dozens of the payload.
        headers = StreamReader(recipe.headers, hashed: hashed, ahead: 1)
        payload = StreamReader(recipe.payload, hashed: hashed, ahead: 4)
        remaining = count
    }

    /// Appends the next bytes to `buffer`, at least one and about `maximum` (never more); 0 at the end.
    /// - Throws: `missingContent` when a frame does not pass its check, `io`, `closed`.
    public mutating func read(into buffer: inout [UInt8], maximum: Int) throws(StoreError) -> Int {
        buffer.reserveCapacity(buffer.count + Int(min(UInt64(max(0, maximum)), remaining)))
        return try read(maximum: maximum) { buffer.append(copying: $0) }
    }

    /// Lends the next bytes, at least one and about `maximum` (never more), to `onPart`, in as many parts as they are
    /// stored in; each is valid only inside the call. How many there were; 0 at the end.
    ///
    /// What was lent before a failure stays given; the failure comes again with the next call.
    /// - Parameter onPart: must not close the store.
    /// - Throws: as ``read(into:maximum:)``, or what `onPart` throws.
    public mutating func read(
        maximum: Int, onPart: (RawSpan) throws(StoreError) -> Void
    ) throws(StoreError) -> Int {
        let wanted = Int(min(UInt64(max(0, maximum)), remaining))
        guard wanted > 0 else { return 0 }
        let store = store
        try store.use { core throws(StoreError) in
            var count = 0
            while count < wanted { count += try lendRun(maximum: wanted - count, core, onPart) }
        }
        headers.rest()
        payload.rest()
        return wanted
    }

    /// Lends pieces that follow each other in one frame as one part.
    private mutating func lendRun(
        maximum: Int, _ core: Core, _ onPart: (RawSpan) throws(StoreError) -> Void
    ) throws(StoreError) -> Int {
        let (frame, first) = try nextPart(maximum: maximum, core)
        var run = first
        advance(by: first.count)
        while run.count < maximum, let next = adjacentPart(to: run.upperBound, of: frame, maximum: maximum - run.count)
        {
            run = run.lowerBound..<next.upperBound
            advance(by: next.count)
        }
        let bytes = frame.bytes
        try unsafe onPart(bytes.span.bytes.extracting(run))
        return run.count
    }

    /// The frame that the next bytes are in, and where.
    private mutating func nextPart(maximum: Int, _ core: Core) throws(StoreError) -> (DecodedFrame, Range<Int>) {
        guard let next = piece ?? pieces.next() else {
            throw StoreError(.missingContent, "the recipe of \(subject.digest) ends early; store the blob again")
        }
        piece = next
        let (frame, range) = try chunk(of: next, core)
        guard let part = part(of: next, in: range, maximum: maximum) else { throw missing(next.chunk) }
        return (frame, part)
    }

    /// Where the next bytes are, if they come right behind `end` in `frame`.
    private mutating func adjacentPart(to end: Int, of frame: DecodedFrame, maximum: Int) -> Range<Int>? {
        guard let next = piece ?? pieces.next() else { return nil }
        piece = next
        let known =
            switch next.stream {
            case .headers: headers.knownChunk(at: next.index)
            case .payload: payload.knownChunk(at: next.index)
            }
        guard let known, known.frame === frame, let part = part(of: next, in: known.range, maximum: maximum),
            part.lowerBound == end
        else { return nil }
        return part
    }

    /// Where what is left of `piece` is in a frame that has its chunk at `range`; `nil` when the chunk is too short.
    private func part(of piece: Recipe.Piece, in range: Range<Int>, maximum: Int) -> Range<Int>? {
        let start = range.lowerBound + piece.offset + given
        let end = start + min(piece.length - given, maximum)
        return end <= range.upperBound ? start..<end : nil
    }

    private mutating func advance(by count: Int) {
        remaining -= UInt64(count)
        given += count
        guard given == piece?.length else { return }
        piece = nil
        given = 0
    }

    private mutating func chunk(of piece: Recipe.Piece, _ core: Core) throws(StoreError) -> (DecodedFrame, Range<Int>) {
        // Of the stream at most as much is read as of the blob.
        let wanted = remaining + UInt64(piece.offset + given)
        let found: StreamReader.Found
        switch piece.stream {
        case .headers: found = try headers.chunk(at: piece.index, wanted: wanted, core)
        case .payload: found = try payload.chunk(at: piece.index, wanted: wanted, core)
        }
        if let chunk = found { return chunk }
        if let row = subject.row { core.forget(subject.digest, of: subject.project, ifStill: row) }
        throw missing(piece.chunk)
    }

    private func missing(_ chunk: ChunkReference) -> StoreError {
        StoreError(
            .missingContent,
            "chunk \(chunk.id.short) of blob \(subject.digest) is damaged or gone; store the blob again")
    }
}
