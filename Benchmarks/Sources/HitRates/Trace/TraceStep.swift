/// A step as a trace knows it. Builds that have the same instruction, reading the same, share it.
public struct TraceStep: Codable, Hashable, Sendable {
    /// What kind of instruction it is.
    public enum Kind: String, Codable, Sendable {
        case run, copy, workdir
    }

    /// What it reads besides what it stands on.
    public enum Input: Hashable, Sendable {
        /// Files of the context: their content key, and which bytes they are by a place among the sets of the trace.
        case content(TraceID, set: Int)
        /// Paths of the result of the stage at this position of the build.
        case stage(Int, paths: TraceID)
        /// Paths of an image.
        case image(TraceID, paths: TraceID)
    }

    private enum CodingKeys: String, CodingKey {
        case kind, operation, parts, inputs, seconds, bytes
        case isLinked = "link"
    }

    /// What kind of instruction it is.
    public var kind: Kind
    /// Everything that the instruction itself contributes to the key.
    public var operation: TraceID
    /// The same in parts: `arguments`, `environment`, `mount`, `destination` …
    public var parts: [String: TraceID]
    /// What it reads, in order.
    public var inputs: [Input]
    /// `COPY --link`: `true`, or else `nil`.
    public var isLinked: Bool?
    /// How long it takes, where that was measured. Seconds.
    public var seconds: Double?
    /// How long its layer is, where that was measured. Bytes.
    public var bytes: UInt64?

    /// Makes a step.
    public init(
        kind: Kind, operation: TraceID, parts: [String: TraceID], inputs: [Input], isLinked: Bool = false,
        seconds: Double? = nil, bytes: UInt64? = nil
    ) {
        self.kind = kind
        self.operation = operation
        self.parts = parts
        self.inputs = inputs
        self.isLinked = isLinked ? true : nil
        self.seconds = seconds
        self.bytes = bytes
    }
}

extension TraceStep.Input: Codable {
    private enum CodingKeys: String, CodingKey {
        case content, set, stage, image, paths
    }

    /// Reads an object that has `content` and `set`, or `stage` and `paths`, or `image` and `paths`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let content = try container.decodeIfPresent(TraceID.self, forKey: .content) {
            self = .content(content, set: try container.decode(Int.self, forKey: .set))
            return
        }
        let paths = try container.decode(TraceID.self, forKey: .paths)
        if let stage = try container.decodeIfPresent(Int.self, forKey: .stage) {
            self = .stage(stage, paths: paths)
        } else {
            self = .image(try container.decode(TraceID.self, forKey: .image), paths: paths)
        }
    }

    /// Writes the object.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .content(let content, let set):
            try container.encode(content, forKey: .content)
            try container.encode(set, forKey: .set)
        case .stage(let stage, let paths):
            try container.encode(stage, forKey: .stage)
            try container.encode(paths, forKey: .paths)
        case .image(let image, let paths):
            try container.encode(image, forKey: .image)
            try container.encode(paths, forKey: .paths)
        }
    }
}
