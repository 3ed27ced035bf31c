/// What a client certificate says of whoever has it, as rules see it.
public struct CertificateClaims: Hashable, Sendable {
    /// What rules may ask for: the common names of the subject, the DNS names and the URIs among its alternative names, and the
    /// SHA-256 of the whole certificate in lower-case hexadecimal.
    public static let names = ["cn", "dns", "uri", "fingerprint"]

    private let commonNames: [String]
    private let dnsNames: [String]
    private let uris: [String]
    private let fingerprint: String
    /// Until when it is valid. Seconds since 1970.
    public let expires: Int64

    /// Makes them of a certificate that was verified.
    public init(commonNames: [String], dnsNames: [String], uris: [String], fingerprint: String, expires: Int64) {
        self.commonNames = commonNames
        self.dnsNames = dnsNames
        self.uris = uris
        self.fingerprint = fingerprint
        self.expires = expires
    }

    /// What conditions and templates look at.
    var claims: ClaimSet {
        ClaimSet([("cn", commonNames), ("dns", dnsNames), ("uri", uris), ("fingerprint", [fingerprint])])
    }

    /// Who has it, where a rule does not say it: the first URI, else the common name, else the first DNS name. What it is
    /// stands in front, so that no certificate can take the name of another kind.
    var name: String {
        if let uri = uris.first { return "uri:\(uri)" }
        if let name = commonNames.last { return "cn:\(name)" }
        return dnsNames.first.map { "dns:\($0)" } ?? "sha256:\(fingerprint)"
    }
}
