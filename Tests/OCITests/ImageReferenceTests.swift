import Chunking
import OCI
import Testing

@Suite("Image names")
struct ImageReferenceTests {
    static let hex = String(repeating: "0a", count: 32)

    @Test(
        "are taken apart by docker's rules",
        arguments: [
            ("debian", nil, "debian", nil, false),
            ("debian:12", nil, "debian", "12", false),
            ("shop/api:1", nil, "shop/api", "1", false),
            ("localhost/x", "localhost", "x", nil, false),
            ("localhost:5000/x/y:z", "localhost:5000", "x/y", "z", false),
            ("localhost:5000", nil, "localhost", "5000", false),
            ("ghcr.io/a/b/c", "ghcr.io", "a/b/c", nil, false),
            ("Docker.IO/library/debian:12", "docker.io", "library/debian", "12", false),
            ("index.docker.io/library/debian", "docker.io", "library/debian", nil, false),
            ("127.0.0.1:7070/shop/api:1@sha256:\(hex)", "127.0.0.1:7070", "shop/api", "1", true),
            ("[::1]:5000/a:b", "[::1]:5000", "a", "b", false),
            ("a.b/c", "a.b", "c", nil, false),
            ("a_b/c", nil, "a_b/c", nil, false),
            ("x/a--b__c.d/e", nil, "x/a--b__c.d/e", nil, false),
            ("a@sha256:\(hex)", nil, "a", nil, true),
        ] as [(String, String?, String, String?, Bool)])
    func parse(text: String, host: String?, repository: String, tag: String?, hasDigest: Bool) throws {
        let reference = try ImageReference(text)
        #expect(reference.host?.description == host)
        #expect(reference.repository.description == repository)
        #expect(reference.tag?.description == tag)
        #expect((reference.digest != nil) == hasDigest)
        #expect(try ImageReference(reference.description) == reference)
    }

    @Test(
        "that are wrong say what is wrong",
        arguments: [
            ("", "empty"),
            ("https://ghcr.io/a", "without 'https://'"),
            ("shop/Api", "lower-case"),
            ("shop//api", "lower-case"),
            ("/api", "lower-case"),
            ("api/", "lower-case"),
            ("a..b/c/d", "not a registry host"),
            ("x/a..b", "lower-case"),
            ("a___b", "lower-case"),
            ("-a", "lower-case"),
            ("a:", "is not a tag"),
            ("a:.x", "is not a tag"),
            ("a:x/y z", "not a registry host"),
            ("a@", "sha256:"),
            ("a@sha256:12", "sha256:"),
            ("a@sha512:\(hex)\(hex)", "only sha256"),
            // Written in lower case it would name a repository of this server.
            ("Registry/shop/api:1", "registry:443"),
            ("localhost:0/a", "port"),
            ("localhost:99999/a", "port"),
            ("bad host.x/a", "not a registry host"),
            (String(repeating: "a", count: 256), "255"),
        ])
    func refuse(text: String, reason: String) {
        let error = #expect(throws: OCIError.self) { try ImageReference(text) }
        #expect(error?.description.contains(reason) ?? false, "\(error?.description ?? "")")
        #expect(error?.code == .invalidReference)
    }

    @Test(
        "have one canonical form",
        arguments: [
            ("docker.io/debian", "docker.io/library/debian:latest"),
            ("registry-1.docker.io/debian:12", "docker.io/library/debian:12"),
            ("docker.io/grafana/grafana", "docker.io/grafana/grafana:latest"),
            ("ghcr.io/a:b@sha256:\(hex)", "ghcr.io/a@sha256:\(hex)"),
            ("debian", "debian:latest"),
        ])
    func canonical(text: String, expected: String) throws {
        #expect(try ImageReference(text).canonical.description == expected)
    }

    @Test(
        "know which hosts are this machine",
        arguments: [
            ("localhost", true), ("localhost:5000", true), ("127.0.0.1:1", true), ("127.1.2.3", true),
            ("[::1]:5000", true), ("127.0.0.1.example.com", false), ("128.0.0.1", false), ("ghcr.io", false),
            ("127.0.0.x", false), ("[::2]", false),
        ])
    func loopback(host: String, expected: Bool) throws {
        let host = try RegistryHost(host)
        #expect(host.isLoopback == expected)
        #expect(host.endpoint == (expected ? "http://" : "https://") + host.description)
    }

    @Test("know where docker's registry answers")
    func dockerHub() throws {
        #expect(try RegistryHost("docker.io").endpoint == "https://registry-1.docker.io")
    }

    @Test(
        "have tags of the specification's grammar",
        arguments: [
            ("latest", true), ("V1.0_-x", true), ("_x", true), (String(repeating: "f", count: 128), true),
            ("", false), ("-x", false), (".x", false), ("a/b", false), ("ä", false),
            (String(repeating: "f", count: 129), false),
        ])
    func tags(text: String, isValid: Bool) {
        #expect(((try? TagName(text)) != nil) == isValid)
    }
}
