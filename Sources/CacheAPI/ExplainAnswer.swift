/// What earlier records stand nearest to steps that were missed: one answer for each step of the query.
public struct ExplainAnswer: Codable, Sendable {
    /// A named part of the key that is not as it was.
    public struct Difference: Codable, Sendable, Hashable {
        /// How it differs.
        public enum Kind: String, Codable, Sendable {
            case changed
            /// The earlier record does not have it.
            case added
            /// Only the earlier record has it.
            case removed
        }

        /// The part's name (see ``KeyComponent/name``).
        public var name: String
        /// How it differs.
        public var kind: Kind

        /// Makes a difference.
        public init(name: String, kind: Kind) {
            self.name = name
            self.kind = kind
        }
    }

    /// The earlier record that differs least.
    public struct Nearest: Codable, Sendable {
        /// When it was built. Seconds since 1970.
        public var created: Int64
        /// The scope it is recorded in.
        public var scope: ScopeName
        /// Who built it.
        public var writer: String
        /// Who wrote it, by what the server knows of them; `nil` when nobody is known.
        public var author: RecordAuthor?
        /// Its instruction; `nil` when the record itself is gone, so that nothing can be compared.
        public var instruction: String?
        /// Whether it has the very key of the step.
        public var isSameKey: Bool
        /// Whether it stands on the same filesystem key.
        public var isSameParent: Bool
        /// Parts that differ, by name; at most ``differencesMaximum``.
        public var differences: [Difference]
        /// How many parts differ.
        public var differenceCount: Int

        /// The most differences that are named.
        public static let differencesMaximum = 50

        /// Makes an answer.
        public init(
            created: Int64, scope: ScopeName, writer: String, instruction: String?, isSameKey: Bool,
            isSameParent: Bool, differences: [Difference], differenceCount: Int, author: RecordAuthor? = nil
        ) {
            self.created = created
            self.scope = scope
            self.writer = writer
            self.instruction = instruction
            self.isSameKey = isSameKey
            self.isSameParent = isSameParent
            self.differences = differences
            self.differenceCount = differenceCount
            self.author = author
        }
    }

    /// The answer for one step.
    public struct Step: Codable, Sendable {
        /// `nil` when nothing was recorded in the step's place before.
        public var nearest: Nearest?

        /// Makes an answer.
        public init(nearest: Nearest?) {
            self.nearest = nearest
        }
    }

    /// One answer for each step of the query, in its order.
    public var steps: [Step]

    /// Makes an answer.
    public init(steps: [Step]) {
        self.steps = steps
    }
}
