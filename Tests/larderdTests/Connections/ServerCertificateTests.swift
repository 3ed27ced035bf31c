import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

@testable import larderd

@Suite("The server's certificate")
struct ServerCertificateTests {
    private func copy(_ from: TestAuthority.Pair, to files: TLSFiles) throws {
        for (source, target) in [(from.certificate, files.certificate), (from.key, files.key)] {
            try Data(contentsOf: URL(filePath: source.string)).write(to: URL(filePath: target.string), options: .atomic)
        }
    }

    @Test("New connections get a new certificate; what cannot be used is reported, and the one before stays")
    func reload() async throws {
        try await withTemporaryDirectory { directory in
            let first = try TestAuthority(in: directory, named: "first")
            let second = try TestAuthority(in: directory, named: "second")
            let files = TLSFiles(certificate: directory.appending("tls.pem"), key: directory.appending("tls.key"))
            let pair = try first.certificate(for: "127.0.0.1")
            try copy(pair, to: files)
            let other = try second.certificate(for: "127.0.0.1")
            try await SecureServer.run(files) { server in
                let nobody = "127.0.0.1 true nobody"
                let url = "https://127.0.0.1:\(server.port)/"
                server.certificate.reload()
                #expect(server.log.text.isEmpty)
                try await SecureClient(first).with { session in
                    #expect(try await session.get(url).text == nobody)
                    try copy(other, to: files)
                    server.certificate.reload()
                    #expect(server.log.text.contains("certificate read"))
                    #expect(try await server.ask(SecureClient(second)) == nobody)
                    await #expect(throws: (any Error).self) { try await server.ask(SecureClient(first)) }
                    // A connection goes on with what it began with.
                    #expect(try await session.get(url).text == nobody)
                }
                for broken in ["", "no certificate"] {
                    try Data(broken.utf8).write(to: URL(filePath: files.certificate.string))
                    server.certificate.reload()
                    #expect(server.log.text.contains("error the new certificate cannot be used"))
                    #expect(try await server.ask(SecureClient(second)) == nobody)
                }
                // A key without its certificate, as in the middle of an exchange.
                try copy(other, to: files)
                let strange = try first.certificate(named: "strange")
                try Data(contentsOf: URL(filePath: strange.key.string)).write(to: URL(filePath: files.key.string))
                server.certificate.reload()
                #expect(server.log.text.contains("does not belong to the first certificate"))
                #expect(try await server.ask(SecureClient(second)) == nobody)
            }
        }
    }

    @Test("A server looks for new files by itself")
    func watch() async throws {
        try await withTemporaryDirectory { directory in
            let first = try TestAuthority(in: directory, named: "first")
            let second = try TestAuthority(in: directory, named: "second")
            let files = TLSFiles(certificate: directory.appending("tls.pem"), key: directory.appending("tls.key"))
            try copy(try first.certificate(for: "127.0.0.1"), to: files)
            try await withServer({ ($0.tls, $0.tlsCheckInterval) = (files, 20) }) { server, _ in
                let url = "https://127.0.0.1:\(server.port)/healthz"
                #expect(try await SecureClient(first).with { try await $0.get(url).text } == "ok\n")
                try copy(try second.certificate(for: "127.0.0.1"), to: files)
                var answer: String?
                while answer == nil {
                    answer = try? await SecureClient(second).with { try await $0.get(url).text }
                }
                #expect(answer == "ok\n")
            }
        }
    }

    @Test("SIGHUP has a server read its files, and does not end it")
    func signal() async throws {
        try await withTemporaryDirectory { directory in
            let first = try TestAuthority(in: directory, named: "first")
            let second = try TestAuthority(in: directory, named: "second")
            let files = TLSFiles(certificate: directory.appending("tls.pem"), key: directory.appending("tls.key"))
            try copy(try first.certificate(for: "127.0.0.1"), to: files)
            let options = ["--tls-cert", files.certificate.string, "--tls-key", files.key.string]
            try await ServerProcess.run(root: directory.appending("root"), options: options) { process in
                try copy(try second.certificate(for: "127.0.0.1"), to: files)
                process.hangUp()
                let url = "https://127.0.0.1:\(process.port)/healthz"
                var answer: String?
                while answer == nil {
                    answer = try? await SecureClient(second).with { try await $0.get(url).text }
                }
                #expect(answer == "ok\n")
            }
        }
    }

    @Test("A certificate that is not valid now is served, with a warning")
    func expiry() async throws {
        try await withTemporaryDirectory { directory in
            let authority = try TestAuthority(in: directory)
            for (age, lifetime, word) in [(7200.0, 3600.0, "has expired"), (-3600.0, 7200.0, "not valid yet")] {
                let pair = try authority.certificate(
                    named: "old", hosts: ["127.0.0.1"], age: age, lifetime: lifetime)
                try await SecureServer.run(TLSFiles(certificate: pair.certificate, key: pair.key)) { server in
                    server.certificate.reload()
                    #expect(server.log.text.ranges(of: word).count == 1, "\(server.log.text)")
                    await #expect(throws: (any Error).self) { try await server.ask(SecureClient(authority)) }
                }
            }
        }
    }

    @Test("Files that cannot be used are named with what to do")
    func brokenFiles() async throws {
        try await withTemporaryDirectory { directory in
            let authority = try TestAuthority(in: directory)
            let good = try authority.certificate(named: "good")
            let other = try authority.certificate(named: "other")
            let text = directory.appending("text")
            try Data("hello\n".utf8).write(to: URL(filePath: text.string))
            let locked = directory.appending("locked")
            let lock = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"
            try Data(lock.utf8).write(to: URL(filePath: locked.string))
            func message(_ certificate: FilePath, _ key: FilePath, client: FilePath? = nil) -> String {
                var files = TLSFiles(certificate: certificate, key: key)
                (files.clientAuthority, files.clientAuthentication) = (client, client == nil ? .none : .require)
                do {
                    _ = try LoadedCertificate(files)
                    return "none"
                } catch {
                    return "\(error)"
                }
            }
            #expect(message(good.certificate, good.key) == "none")
            let nowhere = directory.appending("no")
            #expect(message(nowhere, good.key).hasPrefix("--tls-cert: there is no file \(nowhere)"))
            #expect(message(good.certificate, directory.appending("no")).hasPrefix("--tls-key: there is no file"))
            #expect(message(text, good.key).contains("--tls-cert: \(text) has no certificates"))
            #expect(message(good.certificate, text).contains("--tls-key: \(text) has no private key"))
            #expect(message(good.certificate, locked).contains("openssl pkey -in \(locked)"))
            #expect(message(good.certificate, other.key).contains("does not belong to the first certificate"))
            #expect(message(good.certificate, good.key, client: text).contains("--tls-client-ca: \(text)"))
            #expect(message(directory, good.key).contains("--tls-cert: \(directory) cannot be read"))
        }
    }
}
