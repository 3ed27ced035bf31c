import OCI
import Testing

@Suite("Challenges of registries")
struct BearerChallengeTests {
    @Test(
        "Challenges for tokens",
        arguments: [
            (
                #"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push""#,
                "https://auth.docker.io/token?scope=repository:a/b:pull,push&service=registry.docker.io"
            ),
            (#"bearer service="a b&c", realm="https://x/t?y=1""#, "https://x/t?y=1&scope=default&service=a%20b%26c"),
            (#"Bearer realm=https://x/t"#, "https://x/t?scope=default"),
            (#"Bearer realm="https://x/\"t""#, #"https://x/"t?scope=default"#),
        ])
    func challenge(header: String, url: String) throws {
        #expect(try #require(BearerChallenge(header)).tokenURL(defaultScope: "default") == url)
    }

    @Test("Challenges of other kinds", arguments: [#"Basic realm="x""#, "Bearer", "", #"Bearer service="x""#])
    func noChallenge(header: String) {
        #expect(BearerChallenge(header) == nil)
    }

    @Test("an identity token is sent in a form")
    func form() throws {
        let challenge = try #require(BearerChallenge(#"Bearer realm="https://r/token",service="a b""#))
        #expect(
            challenge.form(scope: "repository:x/y:pull", refreshToken: "t&=", client: "larder")
                == "grant_type=refresh_token&client_id=larder&scope=repository:x/y:pull&service=a%20b&refresh_token=t%26%3D"
        )
    }
}
