import Chunking
import FoundationEssentials
import OCI
import TestSupport
import Testing

@testable import CacheAPI

/// Bodies of the cache API, changed at random: they are refused, or say the same when they are written and read again.
@Suite struct FuzzTests {
    private static let digest = Digest(hashing: [1])
    private static let words = [
        "\(digest)", "sha256:", "main", "feature/x", "..", "/", "linux/amd64", "hit", "miss", "-1", "0", "{", "}",
        "key",
    ]

    @Test func names() throws {
        let words = ["/", ".", "..", "_", "-", "A", "é", "\u{0}", " ", "\n", "a", "sha256:"]
        let samples = ["shop", "a-b.c_d", "feature/x y", "\(Self.digest)"]
        try Fuzzing("names", samples, words: words).run { input, _ in
            let text = String(decoding: input, as: UTF8.self)
            let project = ProjectName(text)
            if let project { try Fuzzing.expect(project.description == text && text.utf8.count <= 128) }
            _ = ProjectName(owning: text)
            let scope = ScopeName(text)
            if let scope {
                try Fuzzing.expect(ScopeName(scope.description) == scope && !scope.description.utf8.contains(0))
            }
            let digest = Digest(text)
            if let digest { try Fuzzing.expect(Digest(digest.description) == digest) }
            return project != nil || scope != nil || digest != nil
        }
    }

    @Test func keyFiles() throws {
        let key = SigningKey()
        let samples = [KeyFile.text(of: key), KeyFile.text(of: try #require(key.verifyingKey))]
        try Fuzzing("key file", samples, words: ["-----BEGIN PRIVATE KEY-----\n", "=", "\r\n"]).run { input, _ in
            let text = String(decoding: input, as: UTF8.self)
            return KeyFile.signingKey(in: text) != nil || !KeyFile.verifyingKeys(in: text).isEmpty
        }
    }

    @Test func graphs() throws {
        let digest = Self.digest
        let query = GraphQuery(
            scopes: [.main],
            steps: [
                GraphQuery.Step(op: digest, parent: .base(chain: [digest], platform: "linux/amd64"), inputs: []),
                GraphQuery.Step(
                    op: digest, parent: .step(0), inputs: [.content(digest), .paths(["/a"], of: .step(0))],
                    isLinked: true, built: [digest]),
            ], renewed: [1], oldest: 5, claim: GraphQuery.Claim(id: "b", writer: "w", waits: true, begun: [digest]))
        try fuzz("graph query", [query])
        let answer = GraphAnswer(steps: [
            GraphAnswer.Step(verdict: .hit, key: digest, parentKey: digest, chain: [digest, digest], seconds: 1),
            GraphAnswer.Step(verdict: .hit, key: digest, chain: [digest, digest, digest], created: 7, scope: .main),
        ])
        try fuzz("graph answer", [answer])
    }

    @Test func steps() throws {
        let digest = Self.digest
        let component = KeyComponent(name: "file.a/b", digest: digest)
        try fuzz(
            "step record",
            [
                StepRecord(
                    key: digest, parent: digest, chain: [digest], components: [component], instruction: "RUN x",
                    seconds: 1.5, created: 1_700_000_000, scope: .main, writer: "w", replaces: true,
                    lineage: [digest], read: [["/a", "/b"]])
            ])
        let step = ExplainQuery.Step(
            lineage: [digest], key: digest, parent: digest, components: [component], instruction: "RUN x")
        try fuzz("explain query", [ExplainQuery(scopes: [.main], steps: [step])])
        try fuzz(
            "cache mount",
            [
                CacheMountRecord(key: digest, layer: digest, scope: .main, id: "pip", created: 3, writer: "w")
            ])
        try fuzz("cache mount query", [CacheMountQuery(scopes: [.main], key: digest)])
    }

    @Test func lookingAndWaiting() throws {
        let digest = Self.digest
        try fuzz("chain query", [ChainQuery(chain: [digest], paths: ["/etc/passwd", "/a/../b"])])
        try fuzz("file query", [FileQuery(chain: [digest], path: "/etc/passwd")])
        try fuzz("claim wait", [ClaimWait(key: digest, scopes: [.main], id: "x", seconds: 2.5)])
        try fuzz("claim release", [ClaimRelease(id: "x", keys: [digest])])
    }

    @Test func images() throws {
        let images = [ResolveQuery.Image(name: "alpine:3", platform: "linux/amd64")]
        try fuzz("resolve query", [ResolveQuery(images: images, refresh: true)])
        let image = AssembleRequest.Image(config: #"{"os":"linux"}"#, platform: "linux/arm64")
        try fuzz("assemble request", [AssembleRequest(names: ["shop/api:1"], images: [image])])
    }

    private func fuzz<Value: Codable>(_ name: String, _ samples: [Value]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let documents = try samples.map { [UInt8](try encoder.encode($0)) }
        // A document without a keyed value is as valid as one with it.
        try Fuzzing(name, documents, words: Self.words, isJSON: true).run(inputs: 400) { input, _ in
            guard let value = try? JSONDocument.value(Value.self, in: input) else { return false }
            let once = try encoder.encode(value)
            try Fuzzing.expect(encoder.encode(JSONDocument.value(Value.self, in: once)) == once)
            return true
        }
    }
}
