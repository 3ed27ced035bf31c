import SystemPackage

/// What HTTPS is served with.
struct TLSFiles: Sendable, Hashable {
    /// Whether clients show a certificate.
    enum ClientAuthentication: String, Sendable, CaseIterable {
        /// They are not asked for one.
        case none
        /// They may; one that is not believed ends the connection.
        case optional
        /// Without one there is no connection.
        case require
    }

    /// The server's certificate, and those that it was signed with. PEM.
    var certificate: FilePath
    /// The private key of the certificate. PEM, without a passphrase.
    var key: FilePath
    /// The authorities that certificates of clients are signed with. PEM.
    var clientAuthority: FilePath?
    /// Whether clients show a certificate.
    var clientAuthentication = ClientAuthentication.none

    init(certificate: FilePath, key: FilePath) {
        self.certificate = certificate
        self.key = key
    }

    /// All of them.
    var paths: [FilePath] { [certificate, key] + (clientAuthority.map { [$0] } ?? []) }
}
