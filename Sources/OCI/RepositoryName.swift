internal import Spelling

/// The name of a repository of a registry, without a host: `library/debian`.
///
/// Grammar (OCI distribution-spec 1.1, "Pulling manifests"): components of lower-case letters and digits, with
/// single `.`, `_`, `__` or any number of `-` between them, separated by `/`; at most 255 bytes in all.
public struct RepositoryName: Hashable, Sendable, CustomStringConvertible {
    /// The most bytes a name may have.
    public static let byteCountMaximum = 255

    /// The name.
    public let description: String

    /// Checks `text`.
    /// - Throws: `invalidRepository`.
    public init(_ text: String) throws(OCIError) {
        guard text.utf8.count <= Self.byteCountMaximum else {
            throw OCIError(
                .invalidRepository,
                "'\(text.prefix(40))…' is not a repository name: it has more than \(Self.byteCountMaximum) bytes")
        }
        for component in text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard NameComponent.isValid(component) else { throw Self.notAName(text) }
        }
        description = text
    }

    /// The parts between slashes; at least one.
    public var components: [Substring] { description.split(separator: "/") }

    private static func notAName(_ text: String) -> OCIError {
        OCIError(
            .invalidRepository,
            """
            '\(text)' is not a repository name: use lower-case letters and digits, with '.', '_', '__' or '-' only \
            between them, and '/' between the parts
            """)
    }
}
