internal import Chunking

// How a graph looks in JSON. It is most of what a build sends when nothing changed, so what is said often is short: a step that
// another stands on is a number, content a digest, and what is usual is left out.

extension GraphQuery.Parent: Codable {
    private enum CodingKeys: String, CodingKey {
        case chain, platform
    }

    /// Reads a number, or `{"chain": […], "platform": "…"}`.
    public init(from decoder: any Decoder) throws {
        if let position = try? decoder.singleValueContainer().decode(Int.self) {
            self = .step(position)
            return
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self = .base(
            chain: try container.decode([Digest].self, forKey: .chain),
            platform: try container.decode(String.self, forKey: .platform))
    }

    /// Writes the same.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .step(let position):
            var container = encoder.singleValueContainer()
            try container.encode(position)
        case .base(let chain, let platform):
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(chain, forKey: .chain)
            try container.encode(platform, forKey: .platform)
        }
    }
}

extension GraphQuery.Input: Codable {
    private enum CodingKeys: String, CodingKey {
        case paths, of
    }

    /// Reads a digest, or `{"paths": […], "of": PARENT}`.
    public init(from decoder: any Decoder) throws {
        if let content = try? decoder.singleValueContainer().decode(Digest.self) {
            self = .content(content)
            return
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self = .paths(
            try container.decode([String].self, forKey: .paths),
            of: try container.decode(GraphQuery.Parent.self, forKey: .of))
    }

    /// Writes the same.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .content(let content):
            var container = encoder.singleValueContainer()
            try container.encode(content)
        case .paths(let paths, let parent):
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(paths, forKey: .paths)
            try container.encode(parent, forKey: .of)
        }
    }
}

extension GraphQuery.Step: Codable {
    private enum CodingKeys: String, CodingKey {
        case op, parent, inputs, isLinked, built
    }

    /// Reads a step; without inputs it has none, and it is not linked unless that is said.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            op: try container.decode(Digest.self, forKey: .op),
            parent: try container.decode(GraphQuery.Parent.self, forKey: .parent),
            inputs: try container.decodeIfPresent([GraphQuery.Input].self, forKey: .inputs) ?? [],
            isLinked: try container.decodeIfPresent(Bool.self, forKey: .isLinked) ?? false,
            built: try container.decodeIfPresent([Digest].self, forKey: .built))
    }

    /// Writes the same.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(op, forKey: .op)
        try container.encode(parent, forKey: .parent)
        if !inputs.isEmpty { try container.encode(inputs, forKey: .inputs) }
        if isLinked { try container.encode(true, forKey: .isLinked) }
        try container.encodeIfPresent(built, forKey: .built)
    }
}
