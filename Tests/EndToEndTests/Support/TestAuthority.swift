import NIOSSL
import SystemPackage
import TestSupport

/// An authority of its own, which nobody knows until its certificate is given.
struct TestAuthority: Sendable {
    /// The certificate of a host, with its key.
    struct Certificate: Sendable {
        let file: FilePath
        let key: FilePath

        var configuration: TLSConfiguration {
            get throws {
                let chain = try NIOSSLCertificate.fromPEMFile(file.string)
                return .makeServerConfiguration(
                    certificateChain: chain.map { .certificate($0) },
                    privateKey: .privateKey(try NIOSSLPrivateKey(file: key.string, format: .pem)))
            }
        }
    }

    private let directory: FilePath

    /// Its certificate.
    var file: FilePath { directory.appending("authority.pem") }

    /// Makes its key and its certificate in `directory`.
    init(in directory: FilePath) async throws {
        self.directory = directory
        try await TinyImage.shell(
            """
            cd "$1" && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
                -subj "/CN=Authority of a test" -keyout authority.key -out authority.pem
            """, directory.string)
    }

    /// A certificate for hosts.
    func certificate(for hosts: String...) async throws -> Certificate {
        let names = hosts.map { $0.first?.isNumber == true ? "IP:\($0)" : "DNS:\($0)" }.joined(separator: ",")
        try await TinyImage.shell(
            """
            cd "$1" && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=A host of a test" \
                -keyout "$2.key" -out "$2.request"
            echo "subjectAltName=$3" > "$2.names"
            openssl x509 -req -in "$2.request" -CA authority.pem -CAkey authority.key -days 2 -extfile "$2.names" \
                -out "$2.pem"
            """, directory.string, hosts[0], names)
        return Certificate(file: directory.appending("\(hosts[0]).pem"), key: directory.appending("\(hosts[0]).key"))
    }
}
