import Testing

@testable import OCI

@Suite("Changing files with logins")
struct CredentialFileEditTests {
    private func edited(_ json: String?, _ change: (inout CredentialFileEdit) throws -> Void) throws -> String {
        var edit = try CredentialFileEdit(json.map { Array($0.utf8) })
        try change(&edit)
        return String(decoding: try edit.bytes(), as: UTF8.self).filter { !$0.isWhitespace }
    }

    @Test("A login takes the place of all spellings of its host; the rest of the file stays")
    func put() throws {
        let json = """
            {"auths": {"https://a.example/v1/": {"auth": "eDp5"}, "A.example": {}, "a.example/part": {"auth": "dTpw"},
             "b.example": {"email": null}}, "n": [1, 2.5, true, null], "proxies": {"default": {"noProxy": "x"}}}
            """
        let text = try edited(json) {
            try $0.put(RegistryLogin(user: "u", password: "p:q"), for: RegistryHost("a.example"))
        }
        #expect(
            text
                == #"{"auths":{"a.example":{"auth":"dTpwOnE="},"a.example/part":{"auth":"dTpw"},"b.example":{"email":null}},"n":[1,2.5,true,null],"proxies":{"default":{"noProxy":"x"}}}"#
        )
    }

    @Test("Docker's own registry has the name that docker gives it")
    func hub() throws {
        let text = try edited(nil) { $0.put(RegistryLogin(user: "u", password: "p"), for: .dockerHub) }
        #expect(text == #"{"auths":{"https://index.docker.io/v1/":{"auth":"dTpw"}}}"#)
        var edit = try CredentialFileEdit(Array(text.utf8))
        let isGone = edit.remove(.dockerHub)
        #expect(isGone)
        #expect(try !String(decoding: edit.bytes(), as: UTF8.self).contains("index"))
    }

    @Test("What is not there is not removed")
    func remove() throws {
        let json = #"{"auths":{"a.example:5000":{"auth":"dTpw"}}}"#
        for (before, host) in [(json, "a.example"), (json, "b.example:5000"), ("{}", "a.example")] {
            let after = try edited(before) { edit in
                let isGone = edit.remove(try RegistryHost(host))
                #expect(!isGone)
            }
            #expect(after == before)
        }
    }

    @Test("A host's own helper comes before the one for all")
    func helpers() throws {
        let json = #"{"credsStore":"all","credHelpers":{"a.example":"one"}}"#
        let edit = try CredentialFileEdit(Array(json.utf8))
        #expect(edit.helper(for: try RegistryHost("a.example")) == "one")
        #expect(edit.helper(for: try RegistryHost("b.example")) == "all")
        #expect(try CredentialFileEdit(nil).helper(for: try RegistryHost("b.example")) == nil)
    }

    @Test("What is no such file is not changed", arguments: ["[]", "nonsense", #"{"auths": 7}"#, ""])
    func damage(json: String) throws {
        #expect(throws: OCIError.self) { try CredentialFileEdit(Array(json.utf8)) }
    }
}
