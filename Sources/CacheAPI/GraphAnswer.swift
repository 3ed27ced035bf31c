public import Chunking

/// What the server knows of a step graph: one answer for each step of the query.
public struct GraphAnswer: Sendable {
    /// Whether a step must be built.
    public enum Verdict: String, Codable, Sendable {
        /// There is a record and every layer of its chain is there.
        case hit
        /// There is none.
        case miss
        /// There is none yet, but another build that writes a scope of the query is making it right now.
        case building
        /// The key is not known before a stage that it reads from has been built, or what it reads does not exist.
        case unknown
    }

    /// The answer for one step.
    public struct Step: Codable, Sendable {
        /// Whether it must be built.
        public var verdict: Verdict
        /// Its key; `nil` when the verdict is `unknown`.
        public var key: Digest?
        /// The key below it: what a record of it names as its parent.
        public var parentKey: Digest?
        /// For a hit: the whole chain it was recorded with, from the bottom. Of a linked step `nil` when the chain below is
        /// not known.
        public var chain: [Digest]?
        /// For a hit of a linked step: its own layers.
        public var layers: [Digest]?
        /// For a hit: how long it took when it was built. Seconds.
        public var seconds: Double?
        /// For a hit: when it was built. Seconds since 1970.
        public var created: Int64?
        /// For a hit: the scope it was found in.
        public var scope: ScopeName?
        /// Whether it must be built because the query asks for it: its record takes the place of an earlier one.
        public var isRenewed: Bool?
        /// For a step that is being built: who builds it.
        public var builder: String?
        /// For a step that is being built: for how long it was claimed. Seconds.
        public var claimedFor: Double?
        /// For a hit, when the query asks: who stands for it.
        public var proof: RecordProof?

        /// Makes an answer.
        public init(
            verdict: Verdict, key: Digest? = nil, parentKey: Digest? = nil, chain: [Digest]? = nil,
            seconds: Double? = nil, created: Int64? = nil, scope: ScopeName? = nil
        ) {
            self.verdict = verdict
            self.key = key
            self.parentKey = parentKey
            self.chain = chain
            self.seconds = seconds
            self.created = created
            self.scope = scope
        }
    }

    /// One answer for each step of the query, in its order.
    public var steps: [Step]

    /// Makes an answer.
    public init(steps: [Step]) {
        self.steps = steps
    }
}
