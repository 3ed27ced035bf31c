internal import Chunking

/// Finds the chunks of one stream of a recipe, and has the frames that come next decompressed meanwhile.
struct StreamReader: Sendable {
    typealias Found = (frame: DecodedFrame, range: Range<Int>)?

    /// No frame is decompressed ahead whose chunks come later than so many bytes.
    private static let aheadByteMaximum: UInt64 = 8 << 20
    /// Once all decoded frames have so much memory, a reader keeps none while it waits for its turn. Bytes.
    private static let heldMaximum = 48 << 20

    private let chunks: [ChunkReference]
    private let hashed: Bool
    /// How many frames are decompressed ahead.
    private let aheadCountMaximum: Int
    private var locator: ChunkLocator
    /// The frame that the last chunk was in. Kept, so that the other stream cannot push it out of the cache.
    private var frame: (location: Location, decoded: DecodedFrame)?
    /// The chunk that was found last.
    private var last: (position: Int, range: Range<Int>)?
    /// The first chunk that was not looked at for reading ahead.
    private var ahead = 0
    /// Frames that were asked for ahead, in the order of their use.
    private var requested: [Location] = []

    init(_ chunks: [ChunkReference], hashed: Bool, ahead: Int) {
        self.chunks = chunks
        self.hashed = hashed
        aheadCountMaximum = hashed ? 0 : ahead
        locator = ChunkLocator(chunks)
    }

    /// The decoded frame that the chunk at `position` is in, and where; `nil` when it is damaged or gone.
    /// - Parameter wanted: how many bytes from the beginning of the chunk on are going to be read, at most.
    mutating func chunk(at position: Int, wanted: UInt64, _ core: Core) throws(StoreError) -> Found {
        if let known = knownChunk(at: position) { return known }
        return try find(position, wanted, core)
    }

    /// The same if it is in the frame that the last chunk was in; `nil` when that is not known.
    mutating func knownChunk(at position: Int) -> Found {
        guard let frame else { return nil }
        if let last, last.position == position { return (frame.decoded, last.range) }
        guard locator.knownRow(at: position)?.frame == frame.location,
            let range = frame.decoded.range(of: chunks[position])
        else { return nil }
        last = (position, range)
        return (frame.decoded, range)
    }

    /// Lets go of the frame when too much memory is held, by this reader and all others.
    mutating func rest() {
        guard DecodedFrame.heldByteCount > Self.heldMaximum else { return }
        frame = nil
        last = nil
    }

    private mutating func find(_ position: Int, _ wanted: UInt64, _ core: Core) throws(StoreError) -> Found {
        let chunk = chunks[position]
        var tried: Location?
        while let row = try locator.row(at: position, core.index) {
            if row.frame == tried {
                core.forget([chunk.id], in: row.frame)
                forgetPlaces()
                return nil
            }
            if frame?.location != row.frame {
                frame = nil
                last = nil
                try lookAhead(from: position, at: row.frame, wanted, core)
                if let decoded = try core.decodedFrame(at: row.frame, hashed: hashed) { frame = (row.frame, decoded) }
            }
            if let frame, let range = frame.decoded.range(of: chunk) {
                last = (position, range)
                return (frame.decoded, range)
            }
            // It may have been moved since its place was looked up; what is still there is damaged.
            tried = row.frame
            forgetPlaces()
        }
        return nil
    }

    private mutating func forgetPlaces() {
        locator.reset()
        requested = []
        ahead = 0
    }

    /// Asks for the frames behind the one at `current`, in which the chunk at `position` is.
    private mutating func lookAhead(
        from position: Int, at current: Location, _ wanted: UInt64, _ core: Core
    ) throws(StoreError) {
        if let index = requested.firstIndex(of: current) { requested.removeFirst(index + 1) }
        ahead = max(ahead, position)
        var left = min(wanted, Self.aheadByteMaximum)
        for chunk in chunks[position..<ahead] { left -= min(left, UInt64(chunk.length)) }
        while ahead < chunks.count, left > 0, requested.count < aheadCountMaximum,
            let row = try locator.row(ahead, after: position, core.index)
        {
            if row.frame != current, !requested.contains(row.frame) {
                guard core.readAhead.request(row.frame, of: core) else { return }
                requested.append(row.frame)
            }
            left -= min(left, UInt64(chunks[ahead].length))
            ahead += 1
        }
    }
}
