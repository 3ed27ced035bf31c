/// Something that is wrong with a store.
public struct Finding: Sendable, Codable, Hashable {
    /// What it is about.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// A chunk file is gone, too short, or does not begin or end as it must.
        case file
        /// Bytes of a chunk file are not records, or not the ones that were written.
        case record
        /// A frame cannot be decompressed, or does not hold what it says.
        case frame
        /// A chunk is not where the index says.
        case chunk
        /// A blob is lost, or lacks something that it needs.
        case blob
        /// A small record is lost, or refers to something that is not there.
        case smallRecord
        /// The index and the chunk files disagree about what was stored or deleted last.
        case history
        /// Something is counted wrongly.
        case count
        /// A row of the index cannot be read, or should not be there.
        case index
    }

    /// What it is about.
    public let kind: Kind
    /// A sentence for people.
    public let text: String

    init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }
}
