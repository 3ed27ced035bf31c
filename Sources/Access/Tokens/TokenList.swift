/// All tokens of a server, those that hold no longer included: who has ever had one is not forgotten.
public struct TokenList: Hashable, Sendable {
    /// Why a token could not be made or revoked: a sentence.
    public struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        /// The sentence.
        public let description: String

        /// Makes a refusal.
        public init(description: String) {
            self.description = description
        }
    }

    /// The most tokens.
    public static let countMaximum = 100_000

    /// By id.
    private var records: [String: TokenRecord] = [:]

    /// No tokens.
    public init() {}

    /// Whether there never was a token.
    public var isEmpty: Bool { records.isEmpty }

    /// All of them, the oldest first.
    public var all: [TokenRecord] { records.values.sorted { ($0.created, $0.id) < ($1.created, $1.id) } }

    /// Adds a token.
    /// - Throws: ``Refusal`` when one that holds has its name, or its id.
    public mutating func add(_ record: TokenRecord) throws(Refusal) {
        guard records.count < Self.countMaximum else {
            throw Refusal(description: "There are \(Self.countMaximum) tokens, which is the most there may be.")
        }
        if let other = records.values.first(where: { $0.name == record.name && $0.isValid(at: record.created) }) {
            throw Refusal(
                description: "There is a token called '\(other.name)' already (id \(other.id)); "
                    + "revoke it, or choose another --name.")
        }
        guard records[record.id] == nil else { throw Refusal(description: "The id is taken; try again.") }
        records[record.id] = record
    }

    /// Revokes the tokens called `text` that hold, or the one with that id.
    /// - Returns: them.
    /// - Throws: ``Refusal`` when there is none.
    public mutating func revoke(_ text: String, at now: Int64) throws(Refusal) -> [TokenRecord] {
        let found = records.values.filter { ($0.id == text || $0.name == text) && $0.revoked == nil }
        guard !found.isEmpty else {
            throw Refusal(
                description: "There is no token with the name or id '\(text)' that is not revoked; "
                    + "`larderd token list` shows all.")
        }
        for record in found { records[record.id]?.revoked = now }
        return found.compactMap { records[$0.id] }
    }

    /// The record of the token with an id; `nil` when there is none. O(1).
    public func record(id: String) -> TokenRecord? { records[id] }

    /// The token's record; `nil` when there is none. O(1).
    public func record(of token: AccessToken) -> TokenRecord? {
        records[token.id].flatMap { $0.matches(token) ? $0 : nil }
    }
}

extension TokenList: Codable {
    private enum Key: String, CodingKey { case version, tokens }

    private static let version = 1

    /// Reads a list.
    /// - Throws: `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        guard try container.decode(Int.self, forKey: .version) == Self.version else {
            throw DecodingError.dataCorruptedError(
                forKey: .version, in: container, debugDescription: "the list of tokens is of another version of larderd"
            )
        }
        let all = try container.decode([TokenRecord].self, forKey: .tokens)
        records = Dictionary(all.map { ($0.id, $0) }) { first, _ in first }
    }

    /// Writes the list.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(Self.version, forKey: .version)
        try container.encode(all, forKey: .tokens)
    }
}
