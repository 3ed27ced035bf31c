internal import FoundationEssentials
internal import NIOSSL
public import SystemPackage

/// How this machine reaches servers and registries.
public struct NetworkSettings: Sendable {
    let proxies: ProxySettings
    /// Authorities that are believed besides the system's.
    let authorities: [NIOSSLCertificate]
    /// What a server is shown that wants to know who comes: a certificate with those it was signed with, and its key.
    private let shown: (chain: [NIOSSLCertificate], key: NIOSSLPrivateKey)?
    /// When requests that may be repeated are.
    public var retries = RetrySchedule.standard
    /// How long a connection may take to come about; `nil` for as long as whoever asks thinks right.
    public var connectTimeout: Duration?
    /// How long answers may take.
    public var answers = AnswerLimits.standard

    /// Everything is reached directly, and believed as the system says.
    public init() {
        (proxies, authorities, shown) = (.none, [], nil)
    }

    /// - Parameters:
    ///   - environment: has `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, or the same in lower case.
    ///   - authorityFile: certificates of further authorities, PEM. It is read now; blocks.
    ///   - clientCertificate: what a server is shown that asks for a certificate, PEM. Read now, too.
    /// - Throws: `invalidSetting`, `unsupportedProxy` with a sentence that names the variable or the file.
    public init(
        environment: [String: String], authorityFile: FilePath?,
        clientCertificate: (certificate: FilePath, key: FilePath)? = nil
    ) throws(NetworkError) {
        proxies = try ProxySettings(environment: environment)
        authorities = try authorityFile.map { file throws(NetworkError) in try Self.certificates(in: file) } ?? []
        shown = try clientCertificate.map { pair throws(NetworkError) in
            (try Self.certificates(in: pair.certificate), try Self.key(in: pair.key))
        }
    }

    private static func key(in file: FilePath) throws(NetworkError) -> NIOSSLPrivateKey {
        do {
            return try NIOSSLPrivateKey(file: file.string, format: .pem)
        } catch {
            throw NetworkError(
                .invalidSetting,
                "\(file) cannot be read or has no private key in the form of PEM without a passphrase")
        }
    }

    private static func certificates(in file: FilePath) throws(NetworkError) -> [NIOSSLCertificate] {
        let bytes: [UInt8]
        do {
            bytes = [UInt8](try Data(contentsOf: URL(filePath: file.string)))
        } catch {
            throw NetworkError(
                .invalidSetting,
                "the file \(file) with certificates cannot be read: \(SystemReason.words(for: error))")
        }
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
            throw NetworkError(
                .invalidSetting,
                "\(file) has no certificates in the form of PEM, which begins with -----BEGIN CERTIFICATE-----")
        }
        return certificates
    }

    /// What TLS believes, and shows if `isKnown`; `nil` for what the system says.
    func tls(showingCertificate isKnown: Bool) -> TLSConfiguration? {
        let shown = isKnown ? shown : nil
        if authorities.isEmpty && shown == nil { return nil }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.additionalTrustRoots = [.certificates(authorities)]
        if let shown {
            configuration.certificateChain = shown.chain.map { .certificate($0) }
            configuration.privateKey = .privateKey(shown.key)
        }
        return configuration
    }
}
