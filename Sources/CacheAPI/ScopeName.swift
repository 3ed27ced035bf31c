/// The name of a scope: a branch inside a project. 1 to 200 bytes of UTF-8 without control characters.
public struct ScopeName: Hashable, Sendable, CustomStringConvertible {
    /// The name.
    public let description: String

    /// The scope of builds that name none.
    public static let main = ScopeName(unchecked: "main")

    private init(unchecked: String) {
        description = unchecked
    }

    /// Checks `text`; `nil` when it is not a valid name.
    public init?(_ text: String) {
        let bytes = text.utf8
        guard (1...200).contains(bytes.count), bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { return nil }
        description = text
    }
}

extension ScopeName: Codable {
    /// Reads a name, and checks it.
    /// - Throws: `DecodingError` for what is no name.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let name = ScopeName(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is not a scope name")
        }
        self = name
    }

    /// Writes the name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
