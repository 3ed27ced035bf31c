/// The build of one commit.
public struct TraceBuild: Codable, Hashable, Sendable {
    /// What a stage begins with.
    public enum Base: Hashable, Sendable {
        case scratch
        case image(TraceID)
        /// The stage at this position.
        case stage(Int)
    }

    /// A stage of it.
    public struct Stage: Codable, Hashable, Sendable {
        /// What it begins with.
        public var base: Base
        /// The places of its instructions among the lines of the trace.
        public var lines: [Int]

        /// Makes a stage.
        public init(base: Base, lines: [Int]) {
            self.base = base
            self.lines = lines
        }
    }

    /// The first twelve digits of the commit.
    public var commit: String
    /// When it was committed. Seconds since 1970.
    public var time: Int64
    /// The stages that the target needs, each after those it uses; none when it cannot be planned.
    public var stages: [Stage]
    /// The position of the stage that is built.
    public var target: Int
    /// Why it cannot be planned, without text of the source; `nil` when it can.
    public var failure: String?

    /// Makes a build.
    public init(commit: String, time: Int64, stages: [Stage], target: Int, failure: String? = nil) {
        self.commit = commit
        self.time = time
        self.stages = stages
        self.target = target
        self.failure = failure
    }
}

extension TraceBuild.Base: Codable {
    /// Reads `null` for scratch, a number for a stage, an id for an image.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .scratch
        } else if let stage = try? container.decode(Int.self) {
            self = .stage(stage)
        } else {
            self = .image(try container.decode(TraceID.self))
        }
    }

    /// Writes it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .scratch: try container.encodeNil()
        case .stage(let stage): try container.encode(stage)
        case .image(let id): try container.encode(id)
        }
    }
}
