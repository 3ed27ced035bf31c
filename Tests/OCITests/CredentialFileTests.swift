import Testing

@testable import OCI

@Suite("Files with logins")
struct CredentialFileTests {
    private func entries(_ json: String, _ image: String) throws -> [CredentialFile.Entry] {
        let name = try ImageReference(image)
        return try CredentialFile(Array(json.utf8)).entries(for: #require(name.host), name.repository)
    }

    // dTpw is u:p, djpx is v:q.
    @Test(
        "The login of a registry is found under each spelling of its name",
        arguments: [
            ("ghcr.io", "ghcr.io/a/b"), ("https://ghcr.io", "ghcr.io/a/b"), ("https://ghcr.io/v2/", "ghcr.io/a/b"),
            ("GHCR.io", "ghcr.io/a/b"), ("https://index.docker.io/v1/", "docker.io/library/debian"),
            ("docker.io", "docker.io/library/debian"), ("127.0.0.1:5000", "127.0.0.1:5000/a"),
            ("quay.io/org", "quay.io/org/a"), ("quay.io/org/a", "quay.io/org/a"), ("ghcr.io/v1/", "ghcr.io/a"),
        ])
    func spellings(key: String, image: String) throws {
        let found = try entries(#"{"auths": {"\#(key)": {"auth": "dTpw"}, "other.example": {}}}"#, image)
        #expect(found == [.login(RegistryLogin(user: "u", password: "p"))])
    }

    @Test(
        "Another registry's login is not taken",
        arguments: [
            ("ghcr.io", "ghcr.io:5000/a"), ("ghcr.io:5000", "ghcr.io/a"), ("quay.io/org", "quay.io/other/a"),
            ("quay.io/org", "quay.io/organisation/a"), ("ghcr.io.evil.example", "ghcr.io/a"), ("", "ghcr.io/a"),
            ("https://", "ghcr.io/a"), ("evil.example/ghcr.io", "ghcr.io/a"), ("u@ghcr.io", "ghcr.io/a"),
        ])
    func others(key: String, image: String) throws {
        #expect(try entries(#"{"auths": {"\#(key)": {"auth": "dTpw"}}}"#, image) == [])
    }

    @Test("The login that names most is the one")
    func mostSpecific() throws {
        let json = #"{"auths": {"quay.io": {"auth": "dTpw"}, "quay.io/org": {"auth": "djpx"}}}"#
        #expect(try entries(json, "quay.io/org/a") == [.login(RegistryLogin(user: "v", password: "q"))])
        #expect(try entries(json, "quay.io/b") == [.login(RegistryLogin(user: "u", password: "p"))])
    }

    @Test("A helper is asked before what the file itself has, the registry's own before the one for all")
    func helpers() throws {
        let json = """
            {"auths": {"a.example": {"auth": "dTpw"}, "b.example": {}}, "credHelpers": {"a.example": "own"},
             "credsStore": "all", "HttpHeaders": {"x": 1}}
            """
        #expect(try entries(json, "a.example/x") == [.helper("own"), .login(RegistryLogin(user: "u", password: "p"))])
        #expect(try entries(json, "b.example/x") == [.helper("all")])
        #expect(try entries(#"{"credsStore": ""}"#, "b.example/x") == [])
        #expect(CredentialFile.serverName(of: .dockerHub) == "https://index.docker.io/v1/")
        #expect(CredentialFile.serverName(of: try RegistryHost("a.example:1")) == "a.example:1")
    }

    @Test("Forms of a login")
    func forms() throws {
        func entry(_ login: String) throws -> [CredentialFile.Entry] {
            try entries(#"{"auths": {"a.example": \#(login)}}"#, "a.example/x")
        }
        let login = CredentialFile.Entry.login(RegistryLogin(user: "u", password: "p"))
        #expect(try entry(#"{"username": "u", "password": "p"}"#) == [login])
        #expect(try entry(#"{"auth": "dTpwAAA="}"#) == [login])
        #expect(try entry(#"{"auth": "dTpwOnE="}"#) == [.login(RegistryLogin(user: "u", password: "p:q"))])
        #expect(try entry(#"{"auth": "dTpw", "identitytoken": "t"}"#) == [.login(RegistryLogin(identityToken: "t"))])
        for broken in [#"{"auth": "?"}"#, #"{"auth": "dXA="}"#, #"{"auth": ""}"#, #"{"username": "u"}"#, "{}"] {
            #expect(try entry(broken) == [], "\(broken)")
        }
    }

    @Test("What is no such file is refused without a word of it")
    func damage() throws {
        for text in ["", "[]", #"{"auths": [{"auth": "dTpwTOPSECRET"}]}"#, #"{"auths": {"a": "dTpwTOPSECRET"}}"#] {
            let error = #expect(throws: OCIError.self) { try CredentialFile(Array(text.utf8)) }
            #expect(error?.description.contains("TOPSECRET") == false)
        }
    }

    @Test("A login keeps its secret to itself")
    func secrecy() {
        let login = RegistryLogin(user: "u", password: "TOPSECRET")
        var dumped = ""
        dump(login, to: &dumped)
        for text in ["\(login)", String(reflecting: login), dumped, "\(CredentialFile.Entry.login(login))"] {
            #expect(!text.contains("TOPSECRET"))
            #expect(text.contains("u"))
        }
        #expect(login.basicHeader == "Basic dTpUT1BTRUNSRVQ=")
    }
}
