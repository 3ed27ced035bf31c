import Chunking
import TestSupport
import Testing

@testable import OCI

/// What clients and other registries send, changed at random: it is refused, or read as something that is within its bounds
/// and says the same when it is written and read again.
@Suite struct FuzzTests {
    private static let digest = Digest(hashing: [1])
    private static let words = [
        "/", ":", "@", "sha256:", "sha512:", ".", "..", "_", "-", "%", "\u{0}", "é", "latest", "docker.io", "localhost",
        "[::1]", "65536", "A", "a", "\(digest)",
    ]

    private func text(_ input: [UInt8]) -> String { String(decoding: input, as: UTF8.self) }

    @Test func namesOfImages() throws {
        let samples = [
            "shop/api:1.0", "LOCALHOST:5000/b", "ghcr.io/shop/api@\(Self.digest)", "127.0.0.1:7070/a/b-c__d.e:x",
            "[::1]:5000/a", "busybox",
        ]
        try Fuzzing("image reference", samples, words: Self.words).run { input, _ in
            guard let read = try? ImageReference(text(input)) else { return false }
            try Fuzzing.expect((try? ImageReference(read.description)) == read)
            return true
        }
    }

    @Test func partsOfNames() throws {
        let parts = ["shop/api", "v1.0_a-b", "sha256:\(Self.digest.hex)", "ghcr.io:443", "linux/arm/v7"]
        try Fuzzing("parts of names", parts, words: Self.words).run { input, _ in
            let text = text(input)
            let repository = try? RepositoryName(text)
            if let repository { try Fuzzing.expect((try? RepositoryName(repository.description)) == repository) }
            let tag = try? TagName(text)
            if let tag { try Fuzzing.expect(tag.description == text && text.utf8.count <= 128) }
            let digest = OCIDigest(text)
            if let digest {
                try Fuzzing.expect(digest.description == text && OCIDigest(tagged: digest.tagged) == digest)
            }
            let host = try? RegistryHost(text)
            if let host { try Fuzzing.expect((try? RegistryHost(host.description)) == host) }
            let platform = try? Platform(text)
            if let platform { try Fuzzing.expect((try? Platform(platform.description)) == platform) }
            _ = OCIDigest(tagged: input)
            return repository != nil || tag != nil || digest != nil || host != nil || platform != nil
        }
    }

    @Test func rangesOfBytes() throws {
        let words = ["bytes=", "-", ",", " ", "0-0", "-1", "9-", "18446744073709551615"]
        try Fuzzing("range header", ["bytes=0-99", "bytes=5-,-7", "bytes=0-0, 10-20,15-30"], words: words).run {
            input, random in
            let size: UInt64 = [0, 1, 1000, .max].randomElement(using: &random) ?? 0
            guard case .parts(let parts) = ByteRanges(text(input), size: size) else { return size < 1000 }
            try Fuzzing.expect(!parts.isEmpty && parts.count <= ByteRanges.countMaximum)
            try Fuzzing.expect(parts.allSatisfy { !$0.isEmpty && $0.upperBound <= size })
            let sorted = parts.sorted { $0.lowerBound < $1.lowerBound }
            try Fuzzing.expect(zip(sorted, sorted.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound })
            if parts.count > 1, size < .max {
                _ = MultipartRanges(parts, of: size, mediaType: "a/b", boundary: "c").byteCount
            }
            return true
        }
    }

    @Test func challenges() throws {
        let samples = [
            #"Bearer realm="https://auth.example.com/token",service="registry",scope="repository:a/b:pull,push""#,
            #"bearer realm=http://x/?a=b , service="a \"b\"""#,
        ]
        try Fuzzing("challenge", samples, words: ["Bearer ", "realm", "=", "\"", "\\", ",", " ", "scope"]).run {
            input, _ in
            guard let challenge = BearerChallenge(text(input)) else { return false }
            let query = challenge.tokenURL(scope: "a b&c").dropFirst(challenge.realm.count)
            try Fuzzing.expect(query.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f })
            return true
        }
    }

    @Test func dates() throws {
        let words = ["-", ":", "T", "Z", "+", ".", "0", "9"]
        try Fuzzing("date", ["2026-11-21T02:13:00Z", "1969-12-31t23:59:60.123456789+14:00"], words: words).run {
            input, random in
            // Any number can be in a document.
            let extremes: [Int64] = [.min, .max, Int64(bitPattern: random.next())]
            _ = Timestamp.text(seconds: extremes.randomElement(using: &random) ?? 0)
            guard let seconds = Timestamp.seconds(text(input)) else { return false }
            try Fuzzing.expect(
                Timestamp.seconds(Timestamp.text(seconds: seconds)) == seconds || !(0...9999).contains(seconds))
            return true
        }
    }

    @Test func documents() throws {
        let part = Descriptor(mediaType: MediaType.layerGzip, digest: Self.digest, size: 7)
        let config = Descriptor(mediaType: MediaType.configuration, digest: Self.digest, size: 9)
        var settings = ContainerSettings()
        settings.command = ["a", "b"]
        let image = ImageConfiguration(
            platform: try Platform("linux/arm/v7"), config: settings, diffIDs: [Self.digest],
            history: [History(createdBy: "x")])
        let samples = try [
            JSONDocument.encode(Manifest(config: config, layers: [part, part], annotations: ["a": "b"])),
            JSONDocument.encode(Index(manifests: [part])), JSONDocument.encode(image),
            Array(#"{"schemaVersion":2,"mediaType":"x/y","artifactType":"a/b","config":{},"subject":{}}"#.utf8),
        ]
        try Fuzzing("image documents", samples, words: Self.words + ["application/json"], isJSON: true).run {
            input, _ in
            if let outline = try? ManifestOutline(input, contentType: nil) {
                let entry = try ReferrerEntry(outline, digest: .sha256(Self.digest), size: input.count)
                try Fuzzing.expect(ReferrerEntry(decoding: entry.encoded()) == entry)
                _ = outline.isBuildCache
            }
            if let manifest = try? JSONDocument.decode(Manifest.self, from: input, subject: "it") {
                try Fuzzing.expect((try? again(manifest)) == manifest)
            }
            if let index = try? JSONDocument.decode(Index.self, from: input, subject: "it") {
                try Fuzzing.expect((try? again(index)) == index)
            }
            if let image = try? JSONDocument.decode(ImageConfiguration.self, from: input, subject: "it") {
                try Fuzzing.expect((try? again(image)) == image)
            }
            return true
        }
    }

    private func again<Value: Codable>(_ value: Value) throws -> Value {
        try JSONDocument.decode(Value.self, from: JSONDocument.encode(value), subject: "it")
    }

    @Test func logins() throws {
        let sample = """
            {"auths":{"https://index.docker.io/v1/":{"auth":"dXNlcjpwYXNz"},"ghcr.io/shop":{"identitytoken":"x"},
            "[::1]:5000":{"username":"u","password":"p"}},"credHelpers":{"gcr.io":"gcloud"},"credsStore":"pass"}
            """
        let host = try RegistryHost("ghcr.io")
        let repository = try RepositoryName("shop/api")
        try Fuzzing("logins", [sample], words: Self.words + ["https://"], isJSON: true).run { input, _ in
            guard let file = try? CredentialFile(input) else { return false }
            _ = file.entries(for: host, repository)
            return true
        }
    }

    @Test("Build caches that were changed are refused, or read in order and merged")
    func buildCaches() throws {
        var random = SeededGenerator(seed: 3)
        let sample = SampleCache(&random, records: 20)
        let (manifest, config) = (try sample.manifest(), try JSONDocument.encode(sample.config))
        let whole = try sample.cache()
        try Fuzzing("build cache", [config], words: ["-1", "0", "layer", "link"], isJSON: true).run { input, _ in
            guard let cache = try? BuildCache(manifest, config: input, used: 0) else { return false }
            guard let merged = try? whole.merged(with: cache) else { return true }
            try Fuzzing.expect((try? merged.graph().isInOrder) == true)
            return true
        }
    }
}
