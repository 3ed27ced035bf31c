/// A tag: 1 to 128 letters, digits, `_`, `.` and `-`, of which the first is not `.` or `-` (OCI distribution-spec
/// 1.1, "Pulling manifests").
public struct TagName: Hashable, Sendable, CustomStringConvertible {
    /// The most bytes a tag may have.
    public static let byteCountMaximum = 128

    /// The tag that a name without one stands for.
    public static let latest = TagName(unchecked: "latest")

    /// The tag.
    public let description: String

    private init(unchecked: String) {
        description = unchecked
    }

    /// Checks `text`.
    /// - Throws: `invalidTag`.
    public init(_ text: String) throws(OCIError) {
        guard !text.isEmpty, text.utf8.count <= Self.byteCountMaximum, let first = text.utf8.first,
            first != UInt8(ascii: "."), first != UInt8(ascii: "-"), text.utf8.allSatisfy(Self.isAllowed)
        else {
            throw OCIError(
                .invalidTag,
                """
                '\(text.prefix(140))' is not a tag: use 1 to \(Self.byteCountMaximum) letters, digits, '_', '.' and \
                '-', beginning with none of the last two
                """)
        }
        description = text
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
