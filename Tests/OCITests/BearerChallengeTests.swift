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
}
