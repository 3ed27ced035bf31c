import Access
import Testing

@testable import larderd

@Suite("Credentials")
struct CredentialsTests {
    @Test("What a header says")
    func headers() {
        #expect(Credentials(authorization: nil).proof == .none)
        #expect(Credentials(authorization: "Bearer abc").proof == .bearer("abc"))
        #expect(Credentials(authorization: "bearer  abc").proof == .bearer("abc"))
        // "any:a:b"
        #expect(Credentials(authorization: "Basic YW55OmE6Yg==").proof == .basic(user: "any", password: "a:b"))
        for header in ["", "Bearer", "Bearer ", "Basic", "Basic !!", "Basic YW55", "Digest x", "Basic /w==", " Basic"] {
            #expect(Credentials(authorization: header).proof == .unreadable, "\(header)")
        }
        #expect(Credentials(authorization: "Bearer " + String(repeating: "a", count: 20_000)).proof == .unreadable)
    }

    @Test("No secret is in what is printed of them")
    func descriptions() {
        let credentials = Credentials(authorization: "Bearer planted-secret")
        var dumped = ""
        dump(credentials, to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), dumped] {
            #expect(!text.contains("planted"), "\(text)")
        }
    }

    @Test("Who shows nothing is the anonymous; who shows what nobody knows is refused")
    func unknown() async {
        let nobody = Authenticators()
        #expect(await nobody.identify(Credentials(authorization: nil)) == .identified(.anonymous))
        guard case .refused = await nobody.identify(Credentials(authorization: "Bearer x")) else {
            Issue.record("taken for somebody")
            return
        }
    }
}
