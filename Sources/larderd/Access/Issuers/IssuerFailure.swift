/// Why the keys of an issuer are not to be had: a half sentence for the log.
struct IssuerFailure: Error, Sendable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
