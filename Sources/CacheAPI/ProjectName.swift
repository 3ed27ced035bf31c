internal import Spelling

/// The name of a project: the unit of tenancy, and the first component of its repositories' names.
///
/// Lower-case letters and digits, with single `.`, `_`, `__` or any number of `-` between them (`NameComponent`); at most
/// 128 bytes.
public struct ProjectName: Hashable, Sendable, CustomStringConvertible {
    /// The name.
    public let description: String

    /// The project of builds and images that name none.
    public static let `default` = ProjectName(unchecked: "default")

    private init(unchecked: String) {
        description = unchecked
    }

    /// Checks `text`; `nil` when it is not a valid name.
    public init?(_ text: String) {
        guard text.utf8.count <= 128, NameComponent.isValid(text[...].utf8) else { return nil }
        description = text
    }

    /// The project that owns `repository`: its first component when it has two or more, else ``default``.
    /// `nil` when that component is not a valid name.
    public init?(owning repository: String) {
        guard let slash = repository.firstIndex(of: "/") else {
            self = .default
            return
        }
        self.init(String(repository[..<slash]))
    }
}

extension ProjectName: Codable {
    /// Reads a name, and checks it.
    /// - Throws: `DecodingError` for what is no name.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let name = ProjectName(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is not a project name")
        }
        self = name
    }

    /// Writes the name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
