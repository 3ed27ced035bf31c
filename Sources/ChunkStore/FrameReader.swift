internal import Chunking
public import Compression

/// Frames on their way out of the store.
public struct FrameReader: ~Copyable, Sendable {
    /// A frame to be sent, and the chunks of it that were asked for.
    struct Item: Sendable {
        let location: Location
        var wanted: [Digest]
    }

    private let store: Store
    private let project: ProjectID
    private var items: [Item]
    private var position = 0

    init(_ store: Store, _ project: ProjectID, _ items: [Item]) {
        self.store = store
        self.project = project
        self.items = items
    }

    /// The next frame; `nil` at the end. As ``next(_:)``.
    public mutating func next() throws(StoreError) -> Frame? {
        var frame: Result<Frame, CompressionError>?
        _ = try next { bytes in
            frame = Result { () throws(CompressionError) in try Frame(decoding: bytes) }
        }
        do throws(CompressionError) {
            return try frame?.get()
        } catch {
            throw StoreError(.missingContent, error.description, cause: error)
        }
    }

    /// Lends the wire form of the next frame to `onFrame`, inside the call only; false at the end. A frame that is a
    /// difference from others, that also holds chunks of other projects only, or of which little was asked for is made anew
    /// from what was asked for; every other is as it is stored.
    /// - Throws: `missingContent` when a frame does not pass its checksum, `io`, `closed`.
    public mutating func next(_ onFrame: (RawSpan) -> Void) throws(StoreError) -> Bool {
        while position < items.count {
            let item = items[position]
            let project = project
            let isFound = try store.use { core throws(StoreError) in
                try core.lendFrame(for: item, of: project, onFrame)
            }
            if isFound {
                position += 1
                return true
            }
            // The frame was moved or packed since its place was looked up.
            let moved = try store.use { core throws(StoreError) in try core.relocated(item) }
            items.replaceSubrange(position...position, with: moved)
        }
        return false
    }
}

extension FrameHeader {
    fileprivate func holds(_ ids: [Digest]) -> Bool {
        let held = Set(chunks.map(\.id))
        return ids.allSatisfy { held.contains($0) }
    }

    /// Whether so little of the frame is wanted that the rest should not travel.
    fileprivate func isMostlyUnwanted(_ ids: [Digest]) -> Bool {
        let wanted = Set(ids)
        let (all, bytes) = chunks.reduce((0, 0)) { sums, chunk in
            (sums.0 + Int(chunk.length), sums.1 + (wanted.contains(chunk.id) ? Int(chunk.length) : 0))
        }
        return bytes < all / 2
    }
}

extension Core {
    /// Lends the frame for `item`; false when it is not where it was.
    fileprivate func lendFrame(
        for item: FrameReader.Item, of project: ProjectID, _ onFrame: (RawSpan) -> Void
    ) throws(StoreError) -> Bool {
        guard let (record, header) = try frameRecord(at: item.location), header.holds(item.wanted) else { return false }
        defer { reader.pool.give(record.bytes) }
        let isFit = try index.read { transaction throws(StoreError) in
            guard header.base.isEmpty, !header.isMostlyUnwanted(item.wanted) else { return false }
            for chunk in header.chunks where try transaction.member(chunk.id, of: project) == nil { return false }
            return true
        }
        if isFit {
            record.withBody { onFrame($0) }
        } else {
            let made = try extract(item.wanted, of: header.chunks, at: item.location).encoded()
            unsafe onFrame(made.span.bytes)
        }
        return true
    }

    /// Where the chunks of `item` are now.
    /// - Throws: `missingContent` when one is where it was, and so damaged, or gone.
    fileprivate func relocated(_ item: FrameReader.Item) throws(StoreError) -> [FrameReader.Item] {
        let places = try index.read { transaction throws(StoreError) in
            var places: [Location] = []
            for id in item.wanted { places.append(try transaction.chunk(id)?.frame ?? .none) }
            return places
        }
        var items: [FrameReader.Item] = []
        for (id, place) in zip(item.wanted, places) {
            guard place.isPresent, place != item.location else {
                forget(item.wanted, in: item.location)
                throw StoreError(
                    .missingContent, "chunk \(id.short) is damaged; ask again and send what is missing")
            }
            if let known = items.firstIndex(where: { $0.location == place }) {
                items[known].wanted.append(id)
            } else {
                items.append(FrameReader.Item(location: place, wanted: [id]))
            }
        }
        return items
    }
}

extension Core {
    /// A frame of only the chunks `wanted` of those in the frame at `location`, so that a project gets no bytes of another
    /// along with its own.
    func extract(
        _ wanted: [Digest], of chunks: [ChunkReference], at location: Location
    ) throws(StoreError) -> Frame {
        let wanted = Set(wanted)
        let chunks = chunks.filter { wanted.contains($0.id) }
        guard let decoded = try decodedFrame(at: location) else {
            throw StoreError(.missingContent, "a frame cannot be decompressed; ask again and send what is missing")
        }
        var builder = FrameBuilder(codec: options.codec, target: Frame.rawBytesMaximum)
        do throws(CompressionError) {
            var whole: Frame?
            for chunk in chunks {
                guard let range = decoded.range(of: chunk) else { continue }
                let part = Array(decoded.bytes[range])
                if let frame = unsafe try builder.add(chunk, part.span.bytes) { whole = frame }
            }
            if let whole { return whole }
            if let rest = try builder.flush() { return rest }
        } catch {
            throw StoreError(.io, "a frame could not be made: \(error.description)", cause: error)
        }
        throw StoreError(.missingContent, "a frame does not hold its chunks; ask again and send what is missing")
    }
}
