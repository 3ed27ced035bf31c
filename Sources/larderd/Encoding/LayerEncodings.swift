import ChunkStore
import SystemPackage

/// Gives layers in other forms than their own: from a copy in that form, or made on the way.
struct LayerEncodings: Sendable {
    /// A layer in another form.
    struct Encoded: Sendable {
        let coding: ContentCoding
        let source: any PieceSource
        /// How many bytes there are; `nil` when nobody knows yet.
        let length: UInt64?
    }

    /// Less is not worth it. Bytes.
    private static let sizeMinimum: UInt64 = 4 << 10

    private let offered: [ContentCoding]
    private let copies: EncodedCopies
    private let turns: LimitedTurns

    /// - Parameters:
    ///   - offered: the forms that clients may have.
    ///   - processors: how many layers may be encoded at a time.
    init(
        _ offered: [ContentCoding] = ContentCoding.allCases, copies: EncodedCopies,
        processors: Int = Settings.processors
    ) {
        self.offered = offered
        self.copies = copies
        turns = LimitedTurns(processors)
    }

    /// The form that a client with this `Accept-Encoding` is to get; `nil` for the bytes themselves.
    func coding(accepting header: String?) -> ContentCoding? {
        ContentCoding(accepting: header, among: offered)
    }

    /// Whether a blob is sent in more than one form.
    func apply(to blob: BlobInfo) -> Bool {
        !offered.isEmpty && blob.isLayer && blob.size >= Self.sizeMinimum
    }

    /// The layer `blob` in the form `coding`; `nil` when it is to be sent as it is. Blocks.
    func open(_ blob: BlobInfo, as coding: ContentCoding, in project: ProjectID, of store: Store) throws -> Encoded? {
        guard apply(to: blob) else { return nil }
        let name = EncodedCopies.Name(layer: blob.digest, coding: coding)
        if let copy = copies.open(name) { return Encoded(coding: coding, source: copy, length: copy.length) }
        guard let turn = turns.take(), let reader = try store.read(blob.digest, range: nil, in: project) else {
            return nil
        }
        let copy = copies.begin(name, hasRoom: store.hasRoom(for: blob.size))
        return Encoded(
            coding: coding, source: try EncodedDownload(reader, as: coding, in: turn, copy: copy), length: nil)
    }
}
