/// The name of a claim: as it is written in the token, or, when it begins with `/`, a JSON Pointer (RFC 6901) into claims that
/// are objects, as in `/kubernetes.io/namespace`. In a pointer `~1` stands for `/` and `~0` for `~`.
public struct ClaimName: Hashable, Sendable, CustomStringConvertible {
    /// For whom a token is.
    public static let audience = ClaimName(parts: ["aud"], description: "aud")

    /// The names from the outermost object to the innermost.
    let parts: [String]
    /// The name as it was given.
    public let description: String

    private init(parts: [String], description: String) {
        (self.parts, self.description) = (parts, description)
    }

    /// `nil` for an empty name, and for a pointer with a `~` that stands for nothing.
    public init?(_ text: String) {
        guard !text.isEmpty else { return nil }
        description = text
        guard text.hasPrefix("/") else {
            parts = [text]
            return
        }
        var parts: [String] = []
        for part in text.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            guard let name = Self.unescaped(part) else { return nil }
            parts.append(name)
        }
        self.parts = parts
    }

    private static func unescaped(_ part: Substring) -> String? {
        var (name, rest) = ("", part)
        while let character = rest.popFirst() {
            guard character == "~" else {
                name.append(character)
                continue
            }
            switch rest.popFirst() {
            case "0": name.append("~")
            case "1": name.append("/")
            default: return nil
            }
        }
        return name
    }
}
