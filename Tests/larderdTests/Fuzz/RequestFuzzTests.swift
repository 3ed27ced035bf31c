import CacheAPI
import ChunkStore
import Chunking
import FoundationEssentials
import OCI
import TestSupport
import Testing

@testable import larderd

/// Paths, queries, headers and bodies of requests, changed at random.
@Suite struct RequestFuzzTests {
    private static let digest = Digest(hashing: [1])
    private static let words = [
        "/", "//", "..", "%2f", "%00", "%zz", "%", "v2", "blobs", "uploads", "manifests", "tags", "list", "referrers",
        "_catalog", "\(digest)", "sha512:", "é", "\u{0}", "?", "#", "a",
    ]

    private func text(_ input: [UInt8]) -> String { String(decoding: input, as: UTF8.self) }

    @Test func paths() throws {
        let samples = [
            "/v2/", "/v2/_catalog", "/v2/a/b/tags/list", "/v2/a/manifests/latest", "/v2/a/manifests/\(Self.digest)",
            "/v2/a/blobs/uploads/", "/v2/a/blobs/uploads/1f", "/v2/a/b%2Fc/blobs/\(Self.digest)",
            "/v2/a/referrers/\(Self.digest)",
        ]
        try Fuzzing("registry path", samples, words: Self.words).run { input, _ in
            let path: RegistryPath
            do throws(RegistryFailure) {
                path = try RegistryPath(text(input))
            } catch {
                try Fuzzing.expect((400..<500).contains(error.status))
                return false
            }
            guard let name = path.repository else { return true }
            // It is used as a part of record keys, where a zero byte ends it.
            try Fuzzing.expect(!name.description.utf8.contains(0) && !name.description.contains(".."))
            return true
        }
    }

    @Test func pages() throws {
        try Fuzzing("page", ["10", "0", "", "1:x"], words: ["-", "+", "1", ":"]).run { input, _ in
            let parts = text(input).split(separator: ":", maxSplits: 1)
            guard let page = try? Page(count: parts.first, last: parts.last) else { return false }
            try Fuzzing.expect((0...Page.countMaximum).contains(page.count))
            _ = page.cut((0...page.count.advanced(by: 1)).prefix(20).map { "\($0)" }, path: "/v2/_catalog")
            return true
        }
    }

    @Test func headers() throws {
        let words = ["bytes ", "-", "/", "*", "gzip", "zstd", ";q=", "0.5", ",", "identity", "x-gzip", "nan", "inf"]
        try Fuzzing("upload range and codings", ["0-99", "bytes 5-7/8", "gzip;q=0.5, zstd"], words: words).run {
            input, _ in
            let header = text(input)
            let range = UploadRange(header)
            if let range { try Fuzzing.expect(range.count > 0 && range.first <= range.last) }
            return range != nil || ContentCoding(accepting: header) != nil
        }
    }

    @Test func graphsAreRefusedOrAnswered() throws {
        let digest = Self.digest
        let query = GraphQuery(
            scopes: [.main],
            steps: [
                GraphQuery.Step(op: digest, parent: .base(chain: [digest], platform: "linux/amd64"), inputs: []),
                GraphQuery.Step(
                    op: digest, parent: .step(0), inputs: [.content(digest), .paths(["/a"], of: .step(0))]),
                GraphQuery.Step(op: digest, parent: .step(1), inputs: [.paths(["/b"], of: .step(1))], isLinked: true),
            ], renewed: [1], claim: GraphQuery.Claim(id: "b", writer: "w", waits: true))
        let document = [UInt8](try JSONEncoder().encode(query))
        try Fuzzing("graph evaluation", [document], words: ["0", "1", "2", "\(digest)"], isJSON: true).run(inputs: 400)
        {
            input, _ in
            guard let query = try? JSONDocument.value(GraphQuery.self, in: input) else { return false }
            let evaluator = GraphEvaluator(
                record: { _, _ in nil }, hasLayer: { $0 != digest }, contentKey: { _, _, _ in digest })
            do {
                var answer = try evaluator.answer(query)
                try Fuzzing.expect(answer.steps.count == query.steps.count)
                let access = ProjectAccess(project: try #require(ProjectName("shop")), check: .everything)
                _ = StepClaims().assign(&answer, query, access)
                return true
            } catch is APIFailure {
                return false
            }
        }
    }

    @Test func recordsAreRefusedOrKept() throws {
        let digest = Self.digest
        let record = StepRecord(
            key: digest, parent: digest, chain: [digest], components: [KeyComponent(name: "a", digest: digest)],
            instruction: "RUN x", seconds: 1, created: 5, scope: .main, writer: "w", replaces: false)
        let document = [UInt8](try JSONEncoder().encode(record))
        try Fuzzing("kept step record", [document], words: ["\(digest)"], isJSON: true).run(inputs: 400) { input, _ in
            guard let record = try? JSONDocument.value(StepRecord.self, in: input),
                (try? record.validate()) != nil
            else { return false }
            try Fuzzing.expect((try? StepRecord(decoding: record.encoded()).encoded()) == record.encoded())
            return true
        }
    }

    @Test func verdictsOfScanners() throws {
        let samples = [
            #"{"verdict":"pass"}"#, #"{"verdict":"refuse","reason":"x","scanner":"s","findings":{"high":2,"low":1e2}}"#,
        ]
        let words = ["\"verdict\"", "pass", "refuse", "findings", "1e999", "-1", "\u{1b}[", "\u{202e}", "\\u0000"]
        try Fuzzing("verdict of a scanner", samples, words: words).run { input, _ in
            guard let verdict = try? ScanVerdict(parsing: input) else { return false }
            let texts = [verdict.reason, verdict.scanner, verdict.summary].compactMap { $0 } + verdict.findings.keys
            try Fuzzing.expect(
                texts.allSatisfy { text in text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f } })
            try Fuzzing.expect(verdict.findings.count <= 50 && verdict.findings.values.allSatisfy { $0 >= 0 })
            return true
        }
    }

    @Test func linesOfTheWebhookQueue() throws {
        var record = QueueRecord(.event, 7, ["deploy"])
        (record.id, record.type, record.time, record.body) = ("evt_1", "tag.set", 9, "{}")
        let samples = [record.line, QueueRecord(.givenUp, 7, ["deploy"], reason: "x").line].map { $0.dropLast() }
        try Fuzzing("line of the webhook queue", samples.map { Array($0) }).run { input, _ in
            guard let record = QueueRecord(line: input[...]) else { return false }
            try Fuzzing.expect(QueueRecord(line: record.line.dropLast()) == record)
            var queue = WebhookQueue()
            for _ in 0..<2 { queue.apply(record) }
            return true
        }
    }

    @Test func storedForms() throws {
        let digest = OCIDigest(.sha256, hashing: [1])
        var trail = StepTrail()
        trail.add(StepTrail.Mark(key: Self.digest, scope: .main, writer: "w", created: 7))
        let samples = [
            TagTarget(digest: digest, pushed: 9).encoded(), BuildCacheUse(served: digest).encoded(), trail.encoded,
            StoredManifest(mediaType: "a/b", bytes: [1, 2]).encoded(),
            StepAlias(content: Self.digest, chain: [Self.digest]).encoded,
        ]
        try Fuzzing("stored forms", samples).run { input, _ in
            if let target = TagTarget(decoding: input) {
                try Fuzzing.expect(TagTarget(decoding: target.encoded()) == target)
            }
            if let use = BuildCacheUse(decoding: input) {
                try Fuzzing.expect(BuildCacheUse(decoding: use.encoded()) == use)
            }
            if let alias = StepAlias(decoding: input) { try Fuzzing.expect(alias.encoded == input) }
            let trail = StepTrail(decoding: input)
            try Fuzzing.expect(StepTrail(decoding: trail.encoded) == trail)
            if let manifest = try? StoredManifest(decoding: input) {
                try Fuzzing.expect((try? StoredManifest(decoding: manifest.encoded())) == manifest)
            }
            return true
        }
    }
}
