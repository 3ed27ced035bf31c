import ArgumentParser
import Build
import OCI
import Testing

@testable import larder

@Suite("larder push")
struct PushCommandTests {
    private func copy(_ arguments: [String]) throws -> ImageCopy {
        try PushCommand.parse(["--server", "http://127.0.0.1:7070"] + arguments).copy(in: .sample())
    }

    private func refusal(_ arguments: [String]) -> String {
        do {
            _ = try copy(arguments)
            return ""
        } catch {
            return PushCommand.message(for: error)
        }
    }

    @Test("names get their tags, and the server's own host is left out")
    func names() throws {
        let copy = try copy(["127.0.0.1:7070/shop/api", "r.example/shop/api", "s.example:5000/x:2"])
        #expect(copy.name.description == "shop/api:latest")
        #expect(copy.destinations.map(\.description) == ["r.example/shop/api", "s.example:5000/x:2"])
        #expect(copy.compression == nil)
    }

    @Test("levels go with their format")
    func compression() throws {
        #expect(
            try copy(["a/b", "r.example/b", "--compression", "gzip"]).compression == LayerCompression(.gzip, level: 6))
        let zstd = try copy(["a/b", "r.example/b", "--compression", "zstd", "--compression-level", "19"]).compression
        #expect(zstd == (try LayerCompression(.zstd, level: 19)))
    }

    @Test(
        "what cannot be is refused",
        arguments: [
            (["a/b", "c/d"], "names no registry"), (["r.example/a", "s.example/b"], "only what the server has"),
            (["a/b", "127.0.0.1:7070/c"], "is on the server"), (["a/b"], "Missing expected argument"),
            (["a/b", "r.example/b", "--compression-level", "3"], "give --compression"),
            (["a/b", "r.example/b", "--compression", "gzip", "--compression-level", "10"], "from 0 to 9"),
            (["a/b", "r.example/b", "--compression", "xz"], "is invalid"),
            (["a/b", "r.example/b@sha256:00"], "DESTINATION"),
        ])
    func refusals(arguments: [String], words: String) {
        #expect(refusal(arguments).contains(words))
    }
}
