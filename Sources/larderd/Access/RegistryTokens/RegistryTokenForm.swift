import Spelling

/// What a client asks a registry token with: the query of a GET, or the form of a POST (distribution project, "Token Authentication
/// Specification" and "OAuth2 Token Authentication").
struct RegistryTokenForm: Sendable {
    /// The most bytes of a form.
    static let bytesMaximum = 64 << 10

    private let fields: [(name: String, value: String)]

    /// Reads `a=1&b=2`, with `+` and `%41` as forms have them.
    init(_ text: some StringProtocol) {
        fields = String(text).split(separator: "&").prefix(200).map { pair in
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.decoded(sides[0]), sides.count > 1 ? Self.decoded(sides[1]) : "")
        }
    }

    /// The first value of a name; `nil` when it is not there, or empty.
    subscript(name: String) -> String? {
        fields.first { $0.name == name && !$0.value.isEmpty }?.value
    }

    /// All values of a name.
    func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    private static func decoded(_ text: Substring) -> String {
        String(decoding: PercentEncoding.decoded(Substring(text.replacing("+", with: " "))), as: UTF8.self)
    }
}
