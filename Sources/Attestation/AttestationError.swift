/// Why a file about packages cannot be read.
public struct AttestationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// For people; begins with what is wrong, in lower case.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
