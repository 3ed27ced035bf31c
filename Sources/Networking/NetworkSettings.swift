internal import FoundationEssentials
internal import NIOSSL
public import SystemPackage

/// How this machine reaches servers and registries.
public struct NetworkSettings: Sendable {
    let proxies: ProxySettings
    /// Authorities that are believed besides the system's.
    let authorities: [NIOSSLCertificate]
    /// When requests that may be repeated are.
    public var retries = RetrySchedule.standard

    /// Everything is reached directly, and believed as the system says.
    public init() {
        (proxies, authorities) = (.none, [])
    }

    /// - Parameters:
    ///   - environment: has `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, or the same in lower case.
    ///   - authorityFile: certificates of further authorities, PEM. It is read now; blocks.
    /// - Throws: `invalidSetting`, `unsupportedProxy` with a sentence that names the variable or the file.
    public init(environment: [String: String], authorityFile: FilePath?) throws(NetworkError) {
        proxies = try ProxySettings(environment: environment)
        authorities = try authorityFile.map { file throws(NetworkError) in try Self.certificates(in: file) } ?? []
    }

    private static func certificates(in file: FilePath) throws(NetworkError) -> [NIOSSLCertificate] {
        let bytes: [UInt8]
        do {
            bytes = [UInt8](try Data(contentsOf: URL(filePath: file.string)))
        } catch {
            throw NetworkError(.invalidSetting, "the file \(file) with certificates cannot be read: \(error)")
        }
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
            throw NetworkError(
                .invalidSetting,
                "\(file) has no certificates in the form of PEM, which begins with -----BEGIN CERTIFICATE-----")
        }
        return certificates
    }

    /// What TLS believes; `nil` for what the system says.
    var tls: TLSConfiguration? {
        if authorities.isEmpty { return nil }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.additionalTrustRoots = [.certificates(authorities)]
        return configuration
    }
}
