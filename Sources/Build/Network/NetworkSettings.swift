internal import NIOSSL
public import SystemPackage

/// How this machine reaches servers and registries.
public struct NetworkSettings: Sendable {
    let proxies: ProxySettings
    /// Authorities that are believed besides the system's.
    let authorities: [NIOSSLCertificate]
    /// When requests that may be repeated are.
    var retries = RetrySchedule.standard

    /// Everything is reached directly, and believed as the system says.
    public init() {
        (proxies, authorities) = (.none, [])
    }

    /// - Parameters:
    ///   - environment: has `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, or the same in lower case.
    ///   - authorityFile: certificates of further authorities, PEM. It is read now; blocks.
    /// - Throws: `invalidInput`, `notPermitted` with a sentence that names the variable or the file.
    public init(environment: [String: String], authorityFile: FilePath?) throws(BuildError) {
        proxies = try ProxySettings(environment: environment)
        authorities = try authorityFile.map { file throws(BuildError) in try Self.certificates(in: file) } ?? []
    }

    private static func certificates(in file: FilePath) throws(BuildError) -> [NIOSSLCertificate] {
        let bytes: [UInt8]
        do throws(Errno) {
            bytes = try SmallFile.read(file)
        } catch {
            throw BuildError(.invalidInput, "the file \(file) with certificates cannot be read: \(error)", cause: error)
        }
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
            throw BuildError(
                .invalidInput,
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
