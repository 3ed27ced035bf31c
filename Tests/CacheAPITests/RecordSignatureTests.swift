import Chunking
import FoundationEssentials
import TestSupport
import Testing

@testable import CacheAPI

@Suite("Signatures of records")
struct RecordSignatureTests {
    private func statement() throws -> RecordStatement {
        RecordStatement(
            project: try #require(ProjectName("shop")), key: Digest(hashing: [1]), parent: Digest(hashing: [2]),
            chain: [Digest(hashing: [3]), Digest(hashing: [4])], scope: .main, writer: "w", created: 5)
    }

    @Test("hold for what was signed, and for nothing that differs")
    func everyPart() throws {
        let key = SigningKey()
        let original = try statement()
        let signature = try #require(RecordSignature(original, with: key))
        #expect(signature.holds(for: original))
        let changes: [(inout RecordStatement) -> Void] = [
            { $0.project = ProjectName("bank") ?? .default }, { $0.key = Digest(hashing: [9]) },
            { $0.parent = Digest(hashing: [9]) }, { $0.chain.reverse() }, { $0.chain.removeLast() },
            { $0.scope = ScopeName("feature/x") ?? .main }, { $0.writer = "" }, { $0.created += 1 },
            { $0.author = RecordAuthor(identity: "token:a", time: 1) },
        ]
        for change in changes {
            var changed = original
            change(&changed)
            #expect(!signature.holds(for: changed))
        }
        let other = try #require(RecordSignature(original, with: SigningKey()))
        let forged = try #require(RecordSignature(rawBytes: other.key.rawBytes + signature.signature))
        #expect(!forged.holds(for: original))
    }

    @Test("come back from JSON and bytes")
    func coding() throws {
        let signature = try #require(RecordSignature(try statement(), with: SigningKey()))
        let data = try JSONEncoder().encode([signature])
        #expect(try JSONDecoder().decode([RecordSignature].self, from: data) == [signature])
        #expect(RecordSignature(rawBytes: signature.rawBytes) == signature)
        #expect(RecordSignature(rawBytes: Array(signature.rawBytes.dropLast())) == nil)
        for wrong in ["[\"\"]", "[\"zz\"]", "[7]", "[\"\(String(repeating: "0", count: 190))\"]"] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode([RecordSignature].self, from: Data(wrong.utf8))
            }
        }
    }

    @Test("are made with keys that OpenSSL makes and reads", .enabled(if: hasProgram("openssl")))
    func keyFiles() throws {
        let directory = try TemporaryDirectory()
        let secret = try shell("openssl genpkey -algorithm ed25519 -out k; cat k", in: directory)
        let shown = try shell("openssl pkey -in k -pubout", in: directory)
        let key = try #require(KeyFile.signingKey(in: String(decoding: secret, as: UTF8.self)))
        #expect(KeyFile.verifyingKeys(in: String(decoding: shown, as: UTF8.self)) == [key.verifyingKey])
        #expect(KeyFile.text(of: key) == String(decoding: secret, as: UTF8.self))
        #expect(KeyFile.text(of: try #require(key.verifyingKey)) == String(decoding: shown, as: UTF8.self))
    }
}
