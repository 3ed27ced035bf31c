public import Chunking

/// Asks why steps were missed (`POST …/explain`): what was recorded before in their place, and how it differs.
public struct ExplainQuery: Codable, Sendable {
    /// A step that was missed.
    public struct Step: Codable, Sendable {
        /// Where earlier records are looked for, the best place first.
        public var lineage: [Digest]
        /// The step's key; `nil` when it is not known.
        public var key: Digest?
        /// The key of what it stands on; `nil` when it is not known.
        public var parent: Digest?
        /// The named parts of the key.
        public var components: [KeyComponent]
        /// The instruction after expansion.
        public var instruction: String

        /// Makes a step.
        public init(
            lineage: [Digest], key: Digest?, parent: Digest?, components: [KeyComponent], instruction: String
        ) {
            self.lineage = lineage
            self.key = key
            self.parent = parent
            self.components = components
            self.instruction = instruction
        }
    }

    /// The most steps in one query.
    public static let stepsMaximum = 512

    /// The scopes that were looked in, own scope first.
    public var scopes: [ScopeName]
    /// The steps.
    public var steps: [Step]

    /// Makes a query.
    public init(scopes: [ScopeName], steps: [Step]) {
        self.scopes = scopes
        self.steps = steps
    }
}
