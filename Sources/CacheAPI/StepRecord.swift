public import Chunking

/// What the server keeps for a step key (`POST …/steps`).
public struct StepRecord: Codable, Sendable, Hashable {
    /// The step's key.
    public var key: Digest
    /// The key of what it stands on.
    public var parent: Digest
    /// The chain up to and including the step; equal to the parent's chain when it changed no file.
    public var chain: [Digest]
    /// The named parts of the key.
    public var components: [KeyComponent]
    /// The instruction after expansion, for people.
    public var instruction: String
    /// How long it took. Seconds.
    public var seconds: Double
    /// When it was built. Seconds since 1970.
    public var created: Int64
    /// The scope it is recorded in.
    public var scope: ScopeName
    /// Who built it: host or job, for people.
    public var writer: String
    /// Whether it takes the place of an earlier record (`--no-cache`). About the request; not kept.
    public var replaces: Bool
    /// Where an explanation of a later miss looks for this record, the best place first (see ``StepLineage``). Not kept
    /// with it.
    public var lineage: [Digest]
    /// Paths that other steps of the graph copy out of the chain, one list for each: the server keeps what they held, so
    /// that those steps' keys can be told without the layers. Not kept with the record.
    public var read: [[String]]
    /// Who wrote it, by what the server knows of them; what a client says is dropped. `nil` when nobody is known.
    public var author: RecordAuthor?
    /// By whose key its writer stands for it; `nil` when it was not signed.
    public var signature: RecordSignature?
    /// By which key a server stands for it; what a client says is dropped.
    public var seal: RecordSignature?

    /// The most places of ``lineage``.
    public static let lineageMaximum = 4

    /// Makes a record.
    public init(
        key: Digest, parent: Digest, chain: [Digest], components: [KeyComponent], instruction: String,
        seconds: Double, created: Int64, scope: ScopeName, writer: String, replaces: Bool, lineage: [Digest] = [],
        read: [[String]] = [], author: RecordAuthor? = nil
    ) {
        self.key = key
        self.parent = parent
        self.chain = chain
        self.components = components
        self.instruction = instruction
        self.seconds = seconds
        self.created = created
        self.scope = scope
        self.writer = writer
        self.replaces = replaces
        self.lineage = lineage
        self.read = read
        self.author = author
    }
}
