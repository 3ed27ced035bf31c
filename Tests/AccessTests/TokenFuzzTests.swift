import FoundationEssentials
import TestSupport
import Testing

@testable import Access

/// What strangers show as tokens, and what an administrator may get wrong in rules, changed at random: it is refused, or read as
/// something that is within its bounds.
@Suite struct TokenFuzzTests {
    private static func encoded(_ text: String) -> String {
        Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").filter { $0 != "=" }
    }

    private static let claims = [
        #"{"iss":"https://token.actions.githubusercontent.com","aud":"larder","exp":2000,"ref":"refs/heads/main"}"#,
        #"{"iss":"https://ci","aud":["a","b"],"exp":1e3,"nbf":0.5,"kubernetes.io":{"namespace":"ci","pod":{"name":"p"}}}"#,
    ]

    @Test func signedTokens() throws {
        let samples = Self.claims.map {
            "\(Self.encoded(#"{"alg":"RS256","kid":"k","typ":"JWT"}"#)).\(Self.encoded($0)).AAAA"
        }
        let words = [".", "eyJ", "=", "-", "_", Self.encoded(#"{"alg":"none"}"#), Self.encoded(#"{"alg":"HS256"}"#)]
        try Fuzzing("signed token", samples, words: words).run { input, _ in
            guard let token = try? SignedToken(String(decoding: input, as: UTF8.self)) else { return false }
            try Fuzzing.expect(input.count <= SignedToken.byteCountMaximum)
            try Fuzzing.expect(token.signedBytes.count + token.signature.count < input.count)
            try? token.claims.checkTimes(at: 1000)
            return true
        }
    }

    @Test func claimsOfTokens() throws {
        let names = ["ref", "/kubernetes.io/pod/name", "aud", "/aud/1", "exp"].compactMap { ClaimName($0) }
        try Fuzzing("claims", Self.claims, words: ["null", "[", "{", "\\u0000", "*"], isJSON: true).run { input, _ in
            guard let node = try? JSONNode(parsing: input) else { return false }
            let claims = ClaimSet(node)
            for name in names { _ = claims.texts(name) }
            try? claims.checkTimes(at: 1000)
            let template = try ClaimTemplate("{ref|branch}-{/kubernetes.io/pod/name|slug}{aud|last|lower}")
            if let text = try? template.filled(from: claims) {
                try Fuzzing.expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "*" })
            }
            return true
        }
    }

    @Test func rules() throws {
        let sample = """
            {"issuers":{"ci":{"issuer":"https://ci.example","audience":["larder"],"jwks":"/keys.json","identity":"{sub}"}},
             "rules":[{"name":"a","issuer":"ci","claims":{"ref":["refs/heads/*"],"/k/l":{"is":"x","not":["y"]}},
             "project":"{repo|last|lower}","scope":"{ref|branch}","reads":["main"],"rights":["read","write"],"tags":["v*"]},
             {"user":"alice","project":"*","rights":"admin"}]}
            """
        let claims = ClaimSet(try JSONNode(parsing: Array(#"{"ref":"refs/heads/x","repo":"a/b","k":{"l":"x"}}"#.utf8)))
        try Fuzzing("access rules", [sample], words: ["{", "}", "|", "*", "~", "claims", "user"], isJSON: true).run {
            input, _ in
            guard let rules = try? AccessRules(parsing: input) else { return false }
            for issuer in rules.issuers { _ = rules.outcome(forJobOf: issuer, claims) }
            _ = rules.outcome(forUser: "alice")
            return true
        }
    }
}
