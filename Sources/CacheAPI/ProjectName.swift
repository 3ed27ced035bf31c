/// The name of a project: the unit of tenancy, and the first component of its repositories' names.
///
/// Lower-case letters and digits, with single `.`, `_`, `__` or any number of `-` between them, as a component of
/// a repository name (OCI distribution-spec 1.1, "Pulling manifests"); at most 128 bytes.
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
        guard text.utf8.count <= 128, Self.isComponent(text.utf8) else { return nil }
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

    private static func isComponent(_ text: String.UTF8View) -> Bool {
        var separators: [UInt8] = []
        var sawCharacter = false
        for byte in text {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                guard separators.isEmpty || (sawCharacter && isSeparator(separators)) else { return false }
                separators = []
                sawCharacter = true
            case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                separators.append(byte)
            default: return false
            }
        }
        return sawCharacter && separators.isEmpty
    }

    private static func isSeparator(_ bytes: [UInt8]) -> Bool {
        switch bytes.first {
        case UInt8(ascii: "."): bytes.count == 1
        case UInt8(ascii: "_"): bytes.count <= 2 && bytes.allSatisfy { $0 == UInt8(ascii: "_") }
        default: bytes.allSatisfy { $0 == UInt8(ascii: "-") }
        }
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
