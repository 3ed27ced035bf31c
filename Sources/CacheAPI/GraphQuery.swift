public import Chunking

/// A whole step graph, asked about in one request (`POST …/lookup`).
///
/// Steps stand in an order in which each comes after those it names. The server computes the keys.
public struct GraphQuery: Codable, Sendable {
    /// What a step stands on.
    public enum Parent: Sendable, Hashable {
        /// A base: its diffIDs from the bottom (none for `scratch`) and the platform as `os/arch[/variant]`.
        case base(chain: [Digest], platform: String)
        /// The step at this position of ``GraphQuery/steps``.
        case step(Int)
    }

    /// Something a step reads besides its parent.
    public enum Input: Sendable, Hashable {
        /// Files whose content key the client computed: the build context.
        case content(Digest)
        /// Paths of another chain; the server computes their content key.
        case paths([String], of: Parent)
    }

    /// One step.
    public struct Step: Sendable {
        /// See ``OperationKey/digest``.
        public var op: Digest
        /// What it stands on.
        public var parent: Parent
        /// What else it reads, in order.
        public var inputs: [Input]
        /// Whether its result does not depend on what it stands on (`COPY --link`): its key and its record are about its own
        /// layers only, which are laid on whatever is below.
        public var isLinked: Bool
        /// The chain up to and including this step, when the client has just built it (and committed its layers).
        public var built: [Digest]?

        /// Makes a step.
        public init(
            op: Digest, parent: Parent, inputs: [Input], isLinked: Bool = false, built: [Digest]? = nil
        ) {
            self.isLinked = isLinked
            self.op = op
            self.parent = parent
            self.inputs = inputs
            self.built = built
        }
    }

    /// Who asks, when what is missed is going to be built: nobody else builds it then (see ``GraphAnswer/Verdict/building``).
    public struct Claim: Codable, Sendable, Hashable {
        /// Names this build among all others; 1 to ``idBytesMaximum`` bytes.
        public var id: String
        /// Who builds: host or job, for people.
        public var writer: String
        /// Whether to be told of steps that others build, and to leave those to them.
        public var waits: Bool
        /// The keys of steps that were begun and are not recorded yet; they stay claimed whatever the answer says.
        public var begun: [Digest]

        /// The most bytes of an id.
        public static let idBytesMaximum = 100

        /// Makes a claim.
        public init(id: String, writer: String, waits: Bool, begun: [Digest] = []) {
            self.id = id
            self.writer = writer
            self.waits = waits
            self.begun = begun
        }
    }

    /// The most steps that a graph may have.
    public static let stepsMaximum = 4096

    /// The scopes to look in, own scope first.
    public var scopes: [ScopeName]
    /// The steps.
    public var steps: [Step]
    /// The positions of steps that are to be built whatever is recorded, and with them what stands on them.
    public var renewed: [Int]
    /// Only records made since count, and only such as stand on records that count; seconds since 1970. `nil` for all.
    public var oldest: Int64?
    /// Claims the steps that have to be built; `nil` to only look.
    public var claim: Claim?
    /// Whether hits are told with who stands for them; `nil` for not.
    public var wantsProofs: Bool?

    /// Makes a query.
    public init(
        scopes: [ScopeName], steps: [Step], renewed: [Int] = [], oldest: Int64? = nil, claim: Claim? = nil
    ) {
        self.scopes = scopes
        self.steps = steps
        self.renewed = renewed
        self.oldest = oldest
        self.claim = claim
    }
}
