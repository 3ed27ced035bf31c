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
    private let items: [Item]
    private var position = 0

    init(_ store: Store, _ project: ProjectID, _ items: [Item]) {
        self.store = store
        self.project = project
        self.items = items
    }

    /// The next frame; `nil` at the end. A frame that also holds chunks of other projects only is made anew from
    /// those that were asked for; every other is as it is stored.
    /// - Throws: `missingContent` when a frame does not pass its checksum, `io`, `closed`.
    public mutating func next() throws(StoreError) -> Frame? {
        guard position < items.count else { return nil }
        let item = items[position]
        let project = project
        let frame = try store.use { core throws(StoreError) -> Frame in
            guard let frame = try core.frame(at: item.location), frame.holds(item.wanted) else {
                core.forget(item.wanted, in: item.location)
                throw StoreError(
                    .missingContent,
                    "chunk \(item.wanted.first?.short ?? "") is damaged; ask again and send what is missing")
            }
            let isWhollyTheirs = try core.index.read { transaction throws(StoreError) in
                for chunk in frame.chunks where try !transaction.isMember(chunk.id, of: project) { return false }
                return true
            }
            return isWhollyTheirs ? frame : try core.extract(item.wanted, from: frame, at: item.location)
        }
        position += 1
        return frame
    }
}

extension Frame {
    fileprivate func holds(_ ids: [Digest]) -> Bool {
        let held = Set(chunks.map(\.id))
        return ids.allSatisfy { held.contains($0) }
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
        var builder = FrameBuilder(codec: options.codec, level: options.level, target: Frame.rawBytesMaximum)
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
