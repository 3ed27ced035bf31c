extension Grant: Codable {
    private enum Key: String, CodingKey { case projects, rights, scopes, readScopes, tags }

    /// Reads a grant: an object with the texts `projects` and `rights`, and the lists `scopes`, `readScopes` and `tags`, which
    /// may be left out.
    /// - Throws: `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func read<Value>(_ text: String, _ key: Key, _ value: Value?) throws -> Value {
            if let value { return value }
            throw DecodingError.dataCorruptedError(
                forKey: key, in: container, debugDescription: "'\(text)' is not valid here")
        }
        func patterns(_ key: Key) throws -> [NamePattern] {
            try (container.decodeIfPresent([String].self, forKey: key) ?? []).map { try read($0, key, NamePattern($0)) }
        }
        let projects = try container.decode(String.self, forKey: .projects)
        let rights = try container.decode(String.self, forKey: .rights)
        let tags = try container.decodeIfPresent([String].self, forKey: .tags)?.map {
            try read($0, .tags, TagPattern($0))
        }
        self.init(
            projects: try read(projects, .projects, NamePattern(projects)),
            rights: try read(rights, .rights, Rights(rights)), scopes: try patterns(.scopes),
            readScopes: try patterns(.readScopes), tags: tags.map(Tags.matching) ?? .ofScopes)
    }

    /// Writes the grant.
    /// - Throws: `EncodingError` for a pattern in which a `*` stands for itself, which would be read as another.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        func texts(_ patterns: [NamePattern]) throws -> [String] {
            try patterns.map { pattern in
                guard NamePattern(pattern.description) == pattern else {
                    throw EncodingError.invalidValue(
                        pattern, .init(codingPath: container.codingPath, debugDescription: "it has no text"))
                }
                return pattern.description
            }
        }
        try container.encode(try texts([projects])[0], forKey: .projects)
        try container.encode(rights.description, forKey: .rights)
        if !scopes.isEmpty { try container.encode(texts(scopes), forKey: .scopes) }
        if !readScopes.isEmpty { try container.encode(texts(readScopes), forKey: .readScopes) }
        guard case .matching(let patterns) = tags else { return }
        _ = try texts(patterns.flatMap { [$0.repository, $0.tag] })
        try container.encode(patterns.map(\.description), forKey: .tags)
    }
}
