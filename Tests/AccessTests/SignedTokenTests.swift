import FoundationEssentials
import Testing

@testable import Access

@Suite("Signed tokens, taken apart")
struct SignedTokenTests {
    private func encoded(_ text: String) -> String {
        Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").filter { $0 != "=" }
    }

    private func token(_ header: String, _ claims: String = "{}", _ signature: String = "AAAA") -> String {
        "\(encoded(header)).\(encoded(claims)).\(signature)"
    }

    @Test("Header, claims and signature are read")
    func parts() throws {
        let text = self.token(
            "{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"JWT\"}", "{\"iss\":\"https://i\",\"aud\":[\"a\",\"b\"]}")
        #expect(SignedToken.looksLike(text))
        let token = try SignedToken(text)
        #expect(token.algorithm == .es256)
        #expect(token.keyID == "k1")
        #expect(token.claims.issuer == "https://i")
        #expect(token.claims.audiences == ["a", "b"])
        #expect(token.signature == [0, 0, 0])
        #expect(String(decoding: token.signedBytes, as: UTF8.self) == text.dropLast(5))
    }

    @Test(
        "Nothing chooses an algorithm that proves nothing",
        arguments: ["none", "None", "NONE", "nOnE", "HS256", "HS384", "HS512", "", "ES256 ", "rs256"])
    func algorithms(name: String) {
        #expect(throws: AccessError.self) { try SignedToken(token("{\"alg\":\"\(name)\"}")) }
    }

    @Test(
        "What is no token is refused",
        arguments: [
            "", ".", "..", "a.b.c", "e30.e30.", "eyJhbGciOiJFUzI1NiJ9.e30", "eyJhbGciOiJFUzI1NiJ9.e30.AA.AA",
            "eyJhbGciOiJFUzI1NiJ9.e30=.AAAA", "eyJhbGciOiJFUzI1NiJ9.e30.AB", "eyJhbGciOiJFUzI1NiJ9.W10.AAAA",
            " eyJhbGciOiJFUzI1NiJ9.e30.AAAA", "eyJhbGciOiJFUzI1NiJ9.e31.AAAA",
        ])
    func malformed(text: String) {
        #expect(throws: AccessError.self) { try SignedToken(text) }
    }

    @Test("Headers that must be understood, and are not, are refused")
    func critical() {
        #expect(throws: AccessError.self) {
            try SignedToken(token("{\"alg\":\"ES256\",\"crit\":[\"b64\"],\"b64\":false}"))
        }
        #expect(throws: AccessError.self) { try SignedToken(token("{\"alg\":\"ES256\",\"kid\":7}")) }
        #expect(throws: AccessError.self) { try SignedToken(token("{\"alg\":\"ES256\",\"alg\":\"none\"}")) }
    }

    @Test("A token that is too long is not looked at")
    func length() {
        let long = token("{\"alg\":\"ES256\"}", "{\"x\":\"\(String(repeating: "x", count: 13_000))\"}")
        #expect(throws: AccessError.self) { try SignedToken(long) }
    }

    @Test(
        "Times are compared with a minute of leeway",
        arguments: [
            ("{\"exp\":1000}", true), ("{\"exp\":940.5}", true), ("{\"exp\":940}", false),
            ("{\"exp\":1000,\"nbf\":1060}", true),
            ("{\"exp\":2000,\"nbf\":1061}", false), ("{\"exp\":2000,\"iat\":1061}", false), ("{}", false),
            ("{\"exp\":\"2000\"}", false), ("{\"exp\":2000,\"nbf\":\"0\"}", false), ("{\"exp\":1e400}", false),
        ])
    func times(claims: String, isValid: Bool) throws {
        let set = ClaimSet(try JSONNode(parsing: Array(claims.utf8)))
        if isValid {
            try set.checkTimes(at: 1000)
        } else {
            #expect(throws: AccessError.self) { try set.checkTimes(at: 1000) }
        }
    }

    @Test("Claims inside of claims are named by a pointer")
    func pointers() throws {
        let set = ClaimSet(
            try JSONNode(
                parsing: Array(
                    #"{"a.b":"flat","/x":"odd","k.io":{"ns":"ci","a/b":"slash","l":["p","q"],"o":{}},"n":7,"t":true}"#
                        .utf8)))
        func texts(_ name: String) throws -> [String] { set.texts(try #require(ClaimName(name))) }
        #expect(try texts("a.b") == ["flat"])
        #expect(try texts("/k.io/ns") == ["ci"])
        #expect(try texts("/k.io/a~1b") == ["slash"])
        #expect(try texts("/~1x") == ["odd"])
        #expect(try texts("/k.io/l") == ["p", "q"])
        #expect(try texts("/k.io/l/1") == ["q"])
        #expect(try texts("/k.io/o") == [])
        #expect(try texts("n") == ["7"])
        #expect(try texts("t") == ["true"])
        #expect(ClaimName("") == nil)
        #expect(ClaimName("/a~2") == nil)
    }
}
