import Chunking
import SystemPackage
import Testing

@testable import Build

@Suite("Layers of a runner go when they are too much", .enabled(if: LayerTools.isRoot, "needs root"))
struct LayerCacheTests {
    /// Makes layers, the first of which was not used for longest; none is in use.
    private func make(_ count: Int, in root: FilePath) throws -> [Digest] {
        let layers = try LocalLayers(root: root)
        let digests = try (0..<count).map { number in
            try LayerTools.unpack(
                LayerTools.tar([LayerTools.file("f", "\(number)" + String(repeating: "x", count: 50_000))]),
                into: layers)
        }
        layers.close()
        for (number, digest) in digests.enumerated() {
            try ImageTools.run("touch -d '\(100 - number) minutes ago' '\(root)/\(digest.hex)/entries'")
        }
        return digests
    }

    private func withRoot(_ body: (FilePath, LayerCache) async throws -> Void) async throws {
        try await ImageTools.withDirectory { directory in
            let root = FilePath(directory + "/layers")
            try await body(root, LayerCache(root: root))
        }
    }

    @Test("What was not used for longest goes first")
    func leastRecentlyUsed() async throws {
        try await withRoot { root, cache in
            let digests = try make(4, in: root)
            #expect(try cache.layers().map(\.digest) == digests.reversed())
            let each = try #require(try cache.layers().first?.byteCount)
            #expect((50_000..<70_000).contains(each))
            // A build uses the oldest.
            let layers = try LocalLayers(root: root)
            #expect(layers.contains(digests[0]))
            layers.close()
            let removal = try cache.trim(to: 2 * each + 10)
            #expect(removal.count == 2)
            #expect(try cache.layers().map(\.digest) == [digests[0], digests[3]])
            #expect(try ImageTools.run("ls -A --ignore=.locks '\(root)' | wc -l") == "2\n")
        }
    }

    @Test("What a build uses stays until it ends")
    func use() async throws {
        try await withRoot { root, cache in
            let digests = try make(3, in: root)
            let layers = try LocalLayers(root: root)
            #expect(layers.contains(digests[1]))
            let made = try LayerTools.unpack(LayerTools.tar([LayerTools.file("new")]), into: layers)
            #expect(try cache.trim(to: 0).count == 2)
            let left = try cache.layers()
            #expect(Set(left.map(\.digest)) == [digests[1], made])
            #expect(!left.contains { !$0.isInUse })
            layers.close()
            #expect(try cache.trim(to: 0).count == 2)
            #expect(try cache.layers().isEmpty)
        }
    }

    @Test("Builds that begin while others remove layers have all that they were told to have")
    func removalBesideUse() async throws {
        try await withRoot { root, cache in
            let tars = try (0..<3).map { try LayerTools.tar([LayerTools.file("f", "\($0)")]) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        for round in 0..<30 {
                            try await BlockingThreads.run {
                                let layers = try LocalLayers(root: root)
                                defer { layers.close() }
                                let digest = try LayerTools.unpack(tars[round % 3], into: layers)
                                let place = try layers.directory(of: digest).appending("f")
                                #expect(try SmallFile.read(place) == Array("\(round % 3)".utf8))
                                #expect(try layers.entries(of: digest).entries.count == 1)
                            }
                        }
                    }
                }
                group.addTask {
                    for _ in 0..<60 { try await BlockingThreads.run { _ = try cache.trim(to: 0) } }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("Where no layer ever was there is none")
    func absent() throws {
        let cache = LayerCache(stateDirectory: "/nonexistent/larder")
        #expect(try cache.layers().isEmpty)
        #expect(try cache.trim(to: 0).count == 0)
    }
}
