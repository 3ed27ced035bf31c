import Glibc
import OCI
import SystemPackage
import Testing

@testable import Build

@Suite("Where logins are found")
struct RegistryCredentialsTests {
    private func login(_ credentials: RegistryCredentials, _ image: String) async throws -> RegistryLogin? {
        let name = try ImageReference(image)
        return try await credentials.login(for: #require(name.host), name.repository)
    }

    @Test(
        "The files, in their order",
        arguments: [
            ([:], []), (["HOME": "/h"], ["/h/.docker/config.json"]),
            (["HOME": "/h", "DOCKER_CONFIG": "/d"], ["/d/config.json"]),
            (["HOME": "/h", "DOCKER_CONFIG": ""], ["/h/.docker/config.json"]),
            (
                ["REGISTRY_AUTH_FILE": "/a.json", "HOME": "/h", "XDG_RUNTIME_DIR": "/x"],
                ["/a.json", "/h/.docker/config.json", "/x/containers/auth.json"]
            ),
        ] as [([String: String], [FilePath])])
    func files(environment: [String: String], files: [FilePath]) {
        #expect(RegistryCredentials { environment[$0] }.files == files)
    }

    @Test("The first file with a login has it; those that are not there are passed over")
    func order() async throws {
        try await ImageTools.withDirectory { directory in
            try ImageTools.run(
                """
                cd '\(directory)'; mkdir -p docker run/containers
                echo '{"auths": {"a.example": {"auth": "dTpw"}}}' >docker/config.json
                echo '{"auths": {"a.example": {"auth": "djpx"}, "b.example": {"auth": "djpx"}}}' >run/containers/auth.json
                """)
            let credentials = RegistryCredentials {
                [
                    "REGISTRY_AUTH_FILE": "\(directory)/none", "DOCKER_CONFIG": "\(directory)/docker",
                    "XDG_RUNTIME_DIR": "\(directory)/run",
                ][$0]
            }
            #expect(try await login(credentials, "a.example/x") == RegistryLogin(user: "u", password: "p"))
            #expect(try await login(credentials, "b.example/x") == RegistryLogin(user: "v", password: "q"))
            #expect(try await login(credentials, "c.example/x") == nil)
        }
    }

    /// Lends credentials of which `helper`, a shell script, knows all.
    private func withHelper(
        _ helper: String, name: String = "test", _ body: (RegistryCredentials) async throws -> Void
    ) async throws {
        try await ImageTools.withDirectory { directory in
            try ImageTools.run(
                """
                cd '\(directory)'
                cat >docker-credential-test <<'END'
                #!/bin/sh
                test "$1" = get || exit 9
                server=$(cat)
                \(helper)
                END
                chmod +x docker-credential-test
                echo '{"credsStore": "\(name)", "auths": {"in.file": {"auth": "dTpw"}}}' >config.json
                """)
            try await body(RegistryCredentials(searchPath: directory) { $0 == "DOCKER_CONFIG" ? directory : nil })
        }
    }

    @Test("A helper is asked by the name it knows")
    func helper() async throws {
        let script = #"echo "{\"ServerURL\": \"$server\", \"Username\": \"$server\", \"Secret\": \"s\"}""#
        try await withHelper(script) { credentials async throws in
            #expect(try await login(credentials, "a.example:1/x") == RegistryLogin(user: "a.example:1", password: "s"))
            let hub = try await login(credentials, "docker.io/x")
            #expect(hub == RegistryLogin(user: "https://index.docker.io/v1/", password: "s"))
        }
    }

    @Test("A helper that ends without having read what it is sent fails, and nothing else")
    func helperThatDoesNotReadEndedTheBuild() async throws {
        // As the program has it.
        signal(SIGPIPE, SIG_IGN)
        try await ImageTools.withDirectory { directory in
            try ImageTools.run(
                """
                cd '\(directory)'
                printf '#!/bin/sh\ntest "$1" = erase\n' >docker-credential-test
                chmod +x docker-credential-test
                """)
            let helper = try CredentialHelper("test", in: directory)
            // More than a pipe takes.
            let long = String(repeating: "x", count: 1 << 20)
            let error = await #expect(throws: BuildError.self) {
                try await helper.keep(user: "u", password: long, for: "a.example")
            }
            #expect(error?.code == .notPermitted)
            #expect(try await helper.forget(long))
        }
    }

    @Test("What a helper does not know may be in the file")
    func unknown() async throws {
        try await withHelper("echo credentials not found in native keychain; exit 1") { credentials async throws in
            #expect(try await login(credentials, "a.example/x") == nil)
            #expect(try await login(credentials, "in.file/x") == RegistryLogin(user: "u", password: "p"))
        }
    }

    @Test(
        "A helper that fails is named, and what it prints is kept",
        arguments: ["echo TOPSECRET; exit 1", "echo TOPSECRET"])
    func failure(script: String) async throws {
        try await withHelper(script) { credentials async throws in
            let error = await #expect(throws: BuildError.self) { _ = try await login(credentials, "a.example/x") }
            #expect(error?.code == .notPermitted)
            #expect(error?.description.contains("TOPSECRET") == false)
            #expect(error?.description.contains("a.example") == true)
        }
    }

    @Test("A helper may keep an identity token")
    func identityToken() async throws {
        try await withHelper(#"echo '{"Username": "<token>", "Secret": "TOPSECRET"}'"#) { credentials async throws in
            let login = try await login(credentials, "a.example/x")
            #expect(login == RegistryLogin(identityToken: "TOPSECRET"))
            #expect(login?.basicHeader == nil)
            #expect("\(login as Any)".contains("TOPSECRET") == false)
        }
    }

    @Test("A helper that is not there, or is no name", arguments: ["none", "../test"])
    func noHelper(name: String) async throws {
        try await withHelper("", name: name) { credentials async throws in
            let error = await #expect(throws: BuildError.self) { _ = try await login(credentials, "a.example/x") }
            #expect(error?.description.contains(name) == true)
        }
    }

    @Test("A file that is damaged is named")
    func damage() async throws {
        try await ImageTools.withDirectory { directory in
            try ImageTools.run("echo nonsense >'\(directory)/config.json'")
            let credentials = RegistryCredentials { $0 == "DOCKER_CONFIG" ? directory : nil }
            let error = await #expect(throws: BuildError.self) { _ = try await login(credentials, "a.example/x") }
            #expect(error?.code == .invalidInput)
            #expect(error?.description.contains("\(directory)/config.json") == true)
        }
    }
}
