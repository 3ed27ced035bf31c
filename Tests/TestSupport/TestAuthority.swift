internal import Crypto
internal import FoundationEssentials
internal import SwiftASN1
public import SystemPackage
internal import X509

/// An authority of its own, which nobody knows until its certificate is given.
public struct TestAuthority: Sendable {
    /// A certificate with its key, PEM.
    public struct Pair: Sendable {
        /// The certificate.
        public let certificate: FilePath
        /// Its key.
        public let key: FilePath
    }

    /// Its certificate.
    public let file: FilePath
    private let directory: FilePath
    private let key: P256.Signing.PrivateKey
    private let name: DistinguishedName

    /// Makes its key, and its certificate in `directory`, where its name is that of its file.
    public init(in directory: FilePath, named name: String = "authority") throws {
        self.directory = directory
        file = directory.appending("\(name).pem")
        key = P256.Signing.PrivateKey()
        self.name = try DistinguishedName { CommonName("Authority \(name) of a test") }
        let certificate = try Self.certificate(
            of: self.name, key.publicKey, signedBy: self.name, key, validity: Self.now - 3600...Self.now + 86_400,
            try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
            })
        try Self.write(certificate, to: file)
    }

    /// A certificate for hosts: names, or addresses of IPv4. It is in a file with the name of the first.
    public func certificate(for hosts: String...) throws -> Pair {
        try certificate(named: hosts[0], hosts: hosts)
    }

    /// A certificate.
    /// - Parameters:
    ///   - name: of its files, without their extension, and its common name.
    ///   - age: how long ago it was made. Seconds.
    ///   - lifetime: how long it is valid from then on. Seconds.
    public func certificate(
        named name: String, hosts: [String] = [], uris: [String] = [], age: Double = 60, lifetime: Double = 86_400
    ) throws -> Pair {
        let file = name.replacing("/", with: "_")
        let pair = Pair(certificate: directory.appending("\(file).pem"), key: directory.appending("\(file).key"))
        let key = P256.Signing.PrivateKey()
        let start = Self.now - age
        let names =
            hosts.map { host in
                let parts = host.split(separator: ".").compactMap { UInt8($0) }
                return parts.count == 4
                    ? GeneralName.ipAddress(ASN1OctetString(contentBytes: parts[...])) : .dnsName(host)
            } + uris.map { .uniformResourceIdentifier($0) }
        let certificate = try Self.certificate(
            of: try DistinguishedName { CommonName(name) }, key.publicKey, signedBy: self.name, self.key,
            validity: start...start + lifetime,
            try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                SubjectAlternativeNames(names)
            })
        try Data(key.pemRepresentation.utf8).write(to: URL(filePath: pair.key.string), options: .atomic)
        try Self.write(certificate, to: pair.certificate)
        return pair
    }

    private static var now: Date { Date() }

    private static func certificate(
        of subject: DistinguishedName, _ publicKey: P256.Signing.PublicKey, signedBy issuer: DistinguishedName,
        _ key: P256.Signing.PrivateKey, validity: ClosedRange<Date>, _ extensions: Certificate.Extensions
    ) throws -> Certificate {
        try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: Certificate.PublicKey(publicKey),
            notValidBefore: validity.lowerBound, notValidAfter: validity.upperBound, issuer: issuer, subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions,
            issuerPrivateKey: Certificate.PrivateKey(key))
    }

    private static func write(_ certificate: Certificate, to file: FilePath) throws {
        let text = try certificate.serializeAsPEM().pemString + "\n"
        try Data(text.utf8).write(to: URL(filePath: file.string), options: .atomic)
    }
}
