import Build
import CacheAPI
import Chunking
import FoundationEssentials
import Testing

@testable import larder

@Suite("--sign-key, --verify and --verify-key")
struct SigningFlagsTests {
    /// Lends files with a key and its public half.
    private func withKeys(_ body: (SigningKey, _ secret: String, _ shown: String) throws -> Void) throws {
        let key = SigningKey()
        let base = FileManager.default.temporaryDirectory.appending(path: "larder-key-\(UInt32.random(in: 0...(.max)))")
        let (secret, shown) = (base.path + ".pem", base.path + ".pub")
        defer { for path in [secret, shown] { try? FileManager.default.removeItem(atPath: path) } }
        try Data(KeyFile.text(of: key).utf8).write(to: URL(filePath: secret))
        try Data(KeyFile.text(of: try #require(key.verifyingKey)).utf8).write(to: URL(filePath: shown))
        try body(key, secret, shown)
    }

    @Test("name the key that signs and those that are believed")
    func keys() throws {
        try withKeys { key, secret, shown in
            let plain = try order(["."]).request
            #expect(plain.signingKey == nil && plain.verification == nil)
            let signed = try order(["--sign-key", secret, "."]).request
            #expect(signed.signingKey?.rawBytes == key.rawBytes && signed.verification == nil)
            let own = try order(["--sign-key", secret, "--verify", "."]).request
            let named = try order(["--verify-key", shown, "."]).request
            for request in [own, named] {
                #expect(request.verification?.keys == Set([key.verifyingKey].compactMap { $0 }))
            }
            let set = Surroundings.sample([
                "LARDER_SERVER": "http://127.0.0.1:7070", "HOME": "/home/a", "LARDER_SIGN_KEY": secret,
                "LARDER_VERIFY_KEY": shown,
            ])
            let environment = try order(["."], in: set).request
            #expect(environment.signingKey != nil && environment.verification?.keys.count == 1)
        }
    }

    @Test("say what to do when there is no key")
    func refusals() throws {
        try withKeys { _, secret, shown in
            #expect(refusal(["--verify", "."]).contains("--verify-key"))
            #expect(refusal(["--sign-key", shown, "."]).contains("openssl genpkey -algorithm ed25519"))
            #expect(refusal(["--verify-key", secret, "."]).contains("openssl pkey"))
            #expect(refusal(["--sign-key", "/does/not/exist", "."]).contains("cannot be read"))
        }
    }
}
