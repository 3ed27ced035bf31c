/// Who stands for a record that is a hit, for builds that ask.
public struct RecordProof: Codable, Hashable, Sendable {
    /// Who built it, as it says.
    public var writer: String
    /// Who wrote it, as the server knows; `nil` when nobody is known.
    public var author: RecordAuthor?
    /// Of the writer.
    public var signature: RecordSignature?
    /// Of the server that took it.
    public var seal: RecordSignature?

    /// That of a record.
    public init(_ record: StepRecord) {
        writer = record.writer
        author = record.author
        signature = record.signature
        seal = record.seal
    }
}
