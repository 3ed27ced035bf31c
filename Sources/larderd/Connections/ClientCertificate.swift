import Access
import Chunking
import FoundationEssentials
import SwiftASN1
import X509

/// The certificate that a client has shown. It was signed by an authority that is believed, and was valid when the connection
/// began.
struct ClientCertificate: Sendable, Hashable {
    /// The common names of its subject, in their order.
    let commonNames: [String]
    /// The DNS names among its subject's alternative names, in their order.
    let dnsNames: [String]
    /// The URIs among its subject's alternative names, in their order, as SPIFFE has them.
    let uris: [String]
    /// What it says, for rules.
    let claims: CertificateClaims

    /// Reads a certificate (RFC 5280) that somebody else has verified.
    /// - Throws: when it is none.
    init(derEncoded bytes: [UInt8]) throws {
        let certificate = try Certificate(derEncoded: bytes)
        commonNames = certificate.subject.flatMap { $0 }
            .filter { $0.type == .RDNAttributeType.commonName }.compactMap { String($0.value) }
        let alternatives = try certificate.extensions.subjectAlternativeNames.map { Array($0) } ?? []
        dnsNames = alternatives.compactMap { if case .dnsName(let name) = $0 { name } else { nil } }
        uris = alternatives.compactMap { if case .uniformResourceIdentifier(let uri) = $0 { uri } else { nil } }
        claims = CertificateClaims(
            commonNames: commonNames, dnsNames: dnsNames, uris: uris, fingerprint: Digest(hashing: bytes).hex,
            expires: Int64(certificate.notValidAfter.timeIntervalSince1970))
    }

    /// Whether it is valid no longer, `now` seconds after 1970: a connection may last longer.
    func isExpired(at now: Int64) -> Bool { claims.expires < now }
}
