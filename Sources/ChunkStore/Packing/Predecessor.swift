internal import Chunking

/// An earlier layer in which changed files are looked for by their paths.
struct Predecessor: Sendable {
    /// How far around the expected place of a piece of a large file its predecessor is looked for. Bytes.
    private static let margin: UInt64 = 128 << 10
    /// A file up to this size is taken whole. Bytes.
    private static let wholeMaximum: UInt64 = 256 << 10
    private static let anchorDistance = 64

    let headers: StreamLayout
    let payload: StreamLayout
    let entries: StreamLayout
    private let files: [LayerPath: Range<UInt64>]
    private let positions: [Digest: Int]

    init(_ record: BlobRecord, _ table: EntryTable) {
        headers = StreamLayout(record.recipe.headers)
        payload = StreamLayout(record.recipe.payload)
        entries = StreamLayout(record.entries ?? [])
        var files: [LayerPath: Range<UInt64>] = [:]
        for entry in table.entries where entry.kind == .file && entry.size > 0 {
            files[entry.path] = entry.payloadOffset..<entry.payloadOffset + entry.size
        }
        self.files = files
        positions = Dictionary(
            payload.chunks.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Whether it has a file at `path`.
    func has(_ path: LayerPath) -> Bool { files[path] != nil }

    /// The chunks of the payload that resemble a piece of `file`.
    /// - Parameters:
    ///   - piece: of the file, in the payload `layout` of the layer that is being packed.
    ///   - index: of the chunk that the piece is in.
    func payloadChunks(
        resembling piece: Range<UInt64>, of file: PayloadFile, in layout: StreamLayout, chunk index: Int
    ) -> Range<Int> {
        guard let old = files[file.path] else { return 0..<0 }
        if file.range.count <= Self.wholeMaximum, old.count <= Self.wholeMaximum { return payload.chunks(in: old) }
        let place = anchored(piece, of: file, in: layout, chunk: index) ?? scaled(piece, of: file, to: old)
        let start = max(old.lowerBound, place - min(place, Self.margin))
        let end = min(old.upperBound, place + UInt64(piece.count) + Self.margin)
        return start < end ? payload.chunks(in: start..<end) : 0..<0
    }

    /// Where the piece would be if nothing was inserted or deleted since the last chunk that both layers have.
    private func anchored(
        _ piece: Range<UInt64>, of file: PayloadFile, in layout: StreamLayout, chunk index: Int
    ) -> UInt64? {
        for distance in 1...Self.anchorDistance where index >= distance {
            let range = layout.range(of: index - distance)
            guard range.lowerBound >= file.range.lowerBound else { return nil }
            guard let position = positions[layout.chunks[index - distance].id] else { continue }
            return payload.range(of: position).upperBound + (piece.lowerBound - range.upperBound)
        }
        return nil
    }

    /// The same share of the way through the file.
    private func scaled(_ piece: Range<UInt64>, of file: PayloadFile, to old: Range<UInt64>) -> UInt64 {
        let share = Double(piece.lowerBound - file.range.lowerBound) / Double(max(1, file.range.count))
        return old.lowerBound + UInt64(share * Double(old.count))
    }
}

/// A regular file of a layer, and where its bytes are in the payload.
struct PayloadFile: Hashable, Sendable {
    let path: LayerPath
    let range: Range<UInt64>
}
