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
