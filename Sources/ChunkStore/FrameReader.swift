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

    /// The next frame; `nil` at the end. A frame that is a difference from others, that also holds chunks of other projects
    /// only, or of which little was asked for is made anew from what was asked for; every other is as it is stored.
    /// - Throws: `missingContent` when a frame does not pass its checksum, `io`, `closed`.
    public mutating func next() throws(StoreError) -> Frame? {
        while position < items.count {
            let item = items[position]
            let project = project
            let found = try store.use { core throws(StoreError) in try core.frame(for: item, of: project) }
            if let found {
                position += 1
                return found
            }
            // The frame was moved or packed since its place was looked up.
            let moved = try store.use { core throws(StoreError) in try core.relocated(item) }
            items.replaceSubrange(position...position, with: moved)
        }
        return nil
    }
}

extension Frame {
    fileprivate func holds(_ ids: [Digest]) -> Bool {
        let held = Set(chunks.map(\.id))
        return ids.allSatisfy { held.contains($0) }
    }

    /// Whether so little of the frame is wanted that the rest should not travel.
    fileprivate func isMostlyUnwanted(_ ids: [Digest]) -> Bool {
        let wanted = Set(ids)
        let bytes = chunks.reduce(0) { wanted.contains($1.id) ? $0 + Int($1.length) : $0 }
        return bytes < rawByteCount / 2
    }
}

extension Core {
    /// The frame for `item`; `nil` when it is not where it was.
    fileprivate func frame(for item: FrameReader.Item, of project: ProjectID) throws(StoreError) -> Frame? {
        guard let frame = try frame(at: item.location), frame.holds(item.wanted) else { return nil }
        let isFit = try index.read { transaction throws(StoreError) in
            guard frame.base.isEmpty, !frame.isMostlyUnwanted(item.wanted) else { return false }
            for chunk in frame.chunks where try transaction.member(chunk.id, of: project) == nil { return false }
            return true
        }
        return isFit ? frame : try extract(item.wanted, from: frame, at: item.location)
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
    /// A frame of only the chunks `wanted` of `frame`, so that a project gets no bytes of another along with its own.
    func extract(_ wanted: [Digest], from frame: Frame, at location: Location) throws(StoreError) -> Frame {
        let wanted = Set(wanted)
        let chunks = frame.chunks.filter { wanted.contains($0.id) }
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
