import Chunking
import NIOCore
import Networking
import OCI
import Synchronization
import Testing

@testable import Build

@Suite("Parts of a push")
struct PushPartTests {
    @Test(
        "Where an upload goes",
        arguments: [
            ("/v2/a/blobs/uploads/1", "https://r.example/v2/a/blobs/uploads/1?digest=D"),
            ("/u?state=x", "https://r.example/u?state=x&digest=D"),
            ("https://s.example/u", "https://s.example/u?digest=D"), ("//s.example/u", "https://s.example/u?digest=D"),
            ("1?a=b", "https://r.example/v2/a/blobs/uploads/1?a=b&digest=D"),
            ("http://r.example/u", nil), ("HTTP://r.example/u", nil), ("", nil),
        ] as [(String, String?)])
    func location(header: String, url: String?) {
        let digest = Digest(hashing: [1])
        let location = UploadLocation(header, from: "https://r.example/v2/a/blobs/uploads/")
        #expect(location?.url(for: digest) == url?.replacing("=D", with: "=\(digest)"))
    }

    @Test("Where two URLs are the same registry's, and where they only look so")
    func origins() {
        let origin = WebOrigin.text(of: "https://r.example/v2/a")
        for same in ["https://R.example:443/x", "HTTPS://r.example?x", "https://r.example"] {
            #expect(WebOrigin.text(of: same) == origin)
        }
        for other in [
            "http://r.example/", "https://r.example:5000/", "https://r.example@evil.example/",
            "https://evil.example/https://r.example/", "https://r.example.evil.example/", "https://u@r.example/",
        ] {
            #expect(WebOrigin.text(of: other) != origin, "\(other)")
        }
    }

    @Test("To whom a login may go")
    func trust() throws {
        let remote = try RegistryHost("r.example")
        let local = try RegistryHost("127.0.0.1:5000")
        #expect(RegistryAccess.isTrusted("https://auth.example/token", by: remote))
        #expect(RegistryAccess.isTrusted("http://localhost:5001/token", by: local))
        #expect(!RegistryAccess.isTrusted("http://auth.example/token", by: remote))
        #expect(!RegistryAccess.isTrusted("http://localhost/token", by: remote))
        #expect(!RegistryAccess.isTrusted("http://auth.example/token", by: local))
        #expect(!RegistryAccess.isTrusted("http://127.0.0.1@auth.example/token", by: local))
        #expect(!RegistryAccess.isTrusted("ftp://127.0.0.1/token", by: local))
    }

    @Test("Names are put together by repository; what is the server's own is not pushed")
    func destinations() throws {
        let names = try ["a.example/x:1", "shop/api:1", "b.example/x", "a.example/x:2", "a.example/x:1", "s.example/x"]
            .map { try ImageReference($0) }
        let found = PushDestination.all(of: names, server: try RegistryHost("s.example"))
        #expect(found.map { "\($0.host)/\($0.repository)" } == ["a.example/x", "b.example/x"])
        #expect(found.map { $0.tags.map(\.description) } == [["1", "2"], ["latest"]])
    }

    /// Puts `bytes` into a feed, parts of `portion` bytes at a time.
    private func fill(_ feed: BlobFeed, _ bytes: [UInt8], portion: Int) async -> (any Error)? {
        do {
            try await BlockingThreads.run {
                try feed.fill { write in
                    for start in stride(from: 0, to: bytes.count, by: portion) {
                        let part = Array(bytes[start..<min(start + portion, bytes.count)])
                        try unsafe write(part.span.bytes)
                    }
                }
            }
            feed.finish()
            return nil
        } catch {
            feed.finish(throwing: error)
            return error
        }
    }

    @Test("A feed gives the bytes it gets, whatever their parts", arguments: [0, 1, 262_144, 3_000_001])
    func feed(size: Int) async throws {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 9) }
        let feed = BlobFeed(Digest(hashing: bytes), size: UInt64(size))
        async let failure = fill(feed, bytes, portion: 100_000)
        var taken: [UInt8] = []
        for try await part in feed.bytes { taken += part.readableBytesView }
        #expect(await failure == nil)
        #expect(taken == bytes)
    }

    @Test("The end of what is not the blob is never sent", arguments: [-1, 0, 1])
    func damage(excess: Int) async throws {
        let bytes = [UInt8](repeating: 1, count: 1_000_000)
        let feed = BlobFeed(Digest(hashing: [2]), size: UInt64(bytes.count + excess))
        async let failure = fill(feed, bytes, portion: 1 << 16)
        var count = 0
        let error = await #expect(throws: BuildError.self) {
            for try await part in feed.bytes { count += part.readableBytes }
        }
        #expect(error?.code == .corrupt)
        #expect(count < bytes.count + excess)
        #expect(await failure is BuildError)
    }

    @Test("Who fills a feed that nobody takes from waits, and ends when it is abandoned")
    func abandonment() async {
        let bytes = [UInt8](repeating: 1, count: 20 << 20)
        let feed = BlobFeed(Digest(hashing: bytes), size: UInt64(bytes.count))
        async let failure = fill(feed, bytes, portion: 1 << 18)
        feed.abandon()
        #expect(await failure is BlobFeed.Abandoned)
    }
}
