import SwiftASN1
import X509

/// The certificate that a client has shown. It was signed by an authority that is believed, and is valid now.
struct ClientCertificate: Sendable, Hashable {
    /// The common name of its subject, the last if there are several; `nil` if it has none.
    let commonName: String?
    /// The DNS names among its subject's alternative names, in their order.
    let dnsNames: [String]
    /// The URIs among its subject's alternative names, in their order, as SPIFFE has them.
    let uris: [String]

    init(commonName: String?, dnsNames: [String] = [], uris: [String] = []) {
        self.commonName = commonName
        self.dnsNames = dnsNames
        self.uris = uris
    }

    /// Reads a certificate (RFC 5280) that somebody else has verified.
    /// - Throws: when it is none.
    init(derEncoded bytes: [UInt8]) throws {
        let certificate = try Certificate(derEncoded: bytes)
        let names = certificate.subject.flatMap { $0 }
            .filter { $0.type == .RDNAttributeType.commonName }.compactMap { String($0.value) }
        commonName = names.last
        let alternatives = try certificate.extensions.subjectAlternativeNames.map { Array($0) } ?? []
        dnsNames = alternatives.compactMap { if case .dnsName(let name) = $0 { name } else { nil } }
        uris = alternatives.compactMap { if case .uniformResourceIdentifier(let uri) = $0 { uri } else { nil } }
    }
}
