public import CacheAPI
public import Chunking

/// A build as it is before anybody is asked and anything is run: its stages and steps, and what the steps' keys are made of.
public struct BuildOutline: Sendable {
    /// What a stage begins with.
    public enum Base: Hashable, Sendable {
        case scratch
        /// An image, with what stands for it in keys.
        case image(name: String, key: Digest)
        /// The result of another stage, by its position in ``BuildOutline/stages``.
        case stage(Int)
    }

    /// An instruction of a stage.
    public struct Line: Sendable {
        /// As OCI's `created_by` has it.
        public let text: String
        /// Its step in ``BuildOutline/steps``; `nil` for one that only changes configuration.
        public let step: Int?
    }

    /// A stage.
    public struct Stage: Sendable {
        /// `AS` name, or the stage's number in the Dockerfile.
        public let name: String
        /// What it begins with.
        public let base: Base
        /// Its instructions.
        public let lines: [Line]
    }

    /// A file or directory that a step reads from a build context.
    public struct File: Sendable {
        /// Relative to the source that the instruction names.
        public let path: [UInt8]
        /// Of its bytes; `nil` for what has none.
        public let content: Digest?
        /// Bytes.
        public let size: UInt64
    }

    /// Where paths are read from.
    public enum Source: Hashable, Sendable {
        /// A stage, by its position in ``BuildOutline/stages``.
        case stage(Int)
        /// An image, by what stands for it in keys.
        case image(Digest)
    }

    /// What a step reads besides what it stands on.
    public enum Input: Sendable {
        /// Files of a build context, or what is fetched: their content key, and what is known of them.
        case content(Digest, [File])
        case paths([String], of: Source)
    }

    /// One step that changes files.
    public struct Step: Sendable {
        /// The stage that it belongs to, by its position in ``BuildOutline/stages``.
        public let stage: Int
        /// `run`, `copy` or `workdir`.
        public let kind: String
        /// Its line in the Dockerfile, from 1.
        public let line: Int
        /// The digest of everything that the instruction itself contributes to its key.
        public let operation: Digest
        /// The parts of that.
        public let components: [KeyComponent]
        /// The step that it stands on; `nil` for what its stage begins with, when that is no stage.
        public let parent: Int?
        /// What else it reads, in order.
        public let inputs: [Input]
        /// Whether it does not depend on what it stands on (`COPY --link`).
        public let isLinked: Bool
    }

    /// The stages that the target needs, each after those it uses.
    public let stages: [Stage]
    /// The steps of all stages, each after those it depends on.
    public let steps: [Step]
    /// The stage that is built.
    public let target: Int
    /// Images that nobody was asked for, by name.
    public let unresolved: [String]
}
