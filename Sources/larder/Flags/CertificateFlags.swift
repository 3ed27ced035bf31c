import ArgumentParser
import Networking
import SystemPackage

/// Who is believed, and what is shown, when a server or a registry is reached with TLS.
struct CertificateFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Certificates, PEM, of authorities that are believed besides the system's, for the server and for \
            registries. LARDER_CA_FILE.
            """, valueName: "FILE"), completion: .file())
    var caFile: String?
    @Option(
        help: ArgumentHelp(
            "The certificate, PEM, that the server is shown if it asks who comes. LARDER_CLIENT_CERT.",
            valueName: "FILE"), completion: .file())
    var clientCert: String?
    @Option(
        help: ArgumentHelp(
            "The private key of --client-cert, PEM, without a passphrase. LARDER_CLIENT_KEY.", valueName: "FILE"),
        completion: .file())
    var clientKey: String?

    /// How the server and registries are reached: with further authorities, and through the proxies that the environment
    /// names. Reads the files.
    /// - Throws: `ValidationError`.
    func network(in surroundings: Surroundings) throws -> NetworkSettings {
        let file = caFile ?? surroundings.value("LARDER_CA_FILE")
        let certificate = clientCert ?? surroundings.value("LARDER_CLIENT_CERT")
        let key = clientKey ?? surroundings.value("LARDER_CLIENT_KEY")
        var pair: (FilePath, FilePath)?
        switch (certificate, key) {
        case (nil, nil): break
        case (let certificate?, let key?): pair = (FilePath(certificate), FilePath(key))
        case (_?, nil): throw ValidationError("--client-cert is given without its key: add --client-key FILE")
        case (nil, _?): throw ValidationError("--client-key is given without its certificate: add --client-cert FILE")
        }
        do {
            return try NetworkSettings(
                environment: surroundings.environment, authorityFile: file.map { FilePath($0) },
                clientCertificate: pair)
        } catch {
            throw ValidationError(error.description)
        }
    }
}
