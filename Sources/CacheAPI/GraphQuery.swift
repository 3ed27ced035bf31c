public import Chunking

/// A whole step graph, asked about in one request (`POST …/lookup`).
///
/// Steps stand in an order in which each comes after those it names. The server computes the keys.
public struct GraphQuery: Codable, Sendable {
    /// What a step stands on.
    public enum Parent: Codable, Sendable, Hashable {
        /// A base: its diffIDs from the bottom (none for `scratch`) and the platform as `os/arch[/variant]`.
        case base(chain: [Digest], platform: String)
        /// The step at this position of ``GraphQuery/steps``.
        case step(Int)
    }

    /// Something a step reads besides its parent.
    public enum Input: Codable, Sendable, Hashable {
        /// Files whose content key the client computed: the build context.
        case content(Digest)
        /// Paths of another chain; the server computes their content key.
        case paths([String], of: Parent)
    }

    /// One step.
    public struct Step: Codable, Sendable {
        /// See ``OperationKey/digest``.
        public var op: Digest
        /// What it stands on.
        public var parent: Parent
        /// What else it reads, in order.
        public var inputs: [Input]
        /// The chain up to and including this step, when the client has just built it (and committed its layers).
        public var built: [Digest]?

        /// Makes a step.
        public init(op: Digest, parent: Parent, inputs: [Input], built: [Digest]? = nil) {
            self.op = op
            self.parent = parent
            self.inputs = inputs
            self.built = built
        }
    }

    /// The most steps that a graph may have.
    public static let stepsMaximum = 4096

    /// The scopes to look in, own scope first.
    public var scopes: [ScopeName]
    /// The steps.
    public var steps: [Step]

    /// Makes a query.
    public init(scopes: [ScopeName], steps: [Step]) {
        self.scopes = scopes
        self.steps = steps
    }
}

/// What the server knows of a step graph: one answer for each step of the query.
public struct GraphAnswer: Codable, Sendable {
    /// Whether a step must be built.
    public enum Verdict: String, Codable, Sendable {
        /// There is a record and every layer of its chain is there.
        case hit
        /// There is none.
        case miss
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
        /// For a hit: the whole chain it was recorded with, from the bottom.
        public var chain: [Digest]?
        /// For a hit: how long it took when it was built. Seconds.
        public var seconds: Double?
        /// For a hit: when it was built. Seconds since 1970.
        public var created: Int64?
        /// For a hit: the scope it was found in.
        public var scope: ScopeName?

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
