import Chunking
import SystemPackage
import Testing

@testable import Build

@Suite("What a command removed is named", .enabled(if: LayerTools.isRoot, "needs root with its capabilities"))
struct ExplicitWhiteoutsTests {
    /// What the layer says that `script` makes in the tree of `rows`, and the tree that this layer gives again.
    private func layer(_ rows: [[(entry: Entry, bytes: [UInt8])]], _ script: String) async throws -> (
        rows: [String], isSame: Bool
    ) {
        var made: (rows: [String], isSame: Bool) = ([], false)
        try await LayerTools.withLayers { layers, directory in
            let chain = try rows.map { try LayerTools.unpack(LayerTools.tar($0), into: layers) }
            let root = try RootFilesystem(mounting: chain, from: layers, workspace: FilePath(directory + "/root"))
            defer { root.discard() }
            let list = "find . -mindepth 1 | LC_ALL=C sort"
            let before = try ImageTools.run("cd '\(root.merged)'; \(script); \(list)")
            try root.unmount()
            var rows: [String] = []
            try UpperWalk.run(root.upper, omitting: []) { entry, _, _ in rows.append(entry.path.description) }
            // The same layer, from its tar, over the same chain.
            let above = try LayerTools.unpack(
                try LayerTools.bytes(of: DirectoryLayer.source(of: root.upper)), into: layers)
            let again = try RootFilesystem(
                mounting: chain + [above], from: layers, workspace: FilePath(directory + "/again"))
            defer { again.discard() }
            made = (rows.sorted(), try ImageTools.run("cd '\(again.merged)'; \(list)") == before)
        }
        return made
    }

    private static let base = ["d/a", "d/b", "d/e/f", "d/e/g", "d/h/i", "k"].map { LayerTools.file($0, "old") }

    @Test("A directory that was removed and made again, with some of what was in it")
    func madeAgain() async throws {
        let made = try await layer([Self.base], "rm -r d; mkdir -p d/e; echo new >d/b; echo new >d/e/x")
        #expect(made.rows == ["/d", "/d/.wh.a", "/d/.wh.h", "/d/b", "/d/e", "/d/e/.wh.f", "/d/e/.wh.g", "/d/e/x"])
        #expect(made.isSame)
    }

    @Test("What several layers have at the place, of which some hide what others have")
    func severalLayers() async throws {
        let layers = [
            Self.base,
            [
                LayerTools.file("d/.wh.a"), LayerTools.file("d/new"), LayerTools.file("d/e/.wh..wh..opq"),
                LayerTools.file("d/e/y"),
            ],
            [LayerTools.file("d/h"), LayerTools.file("d/.wh.new")],
        ]
        let made = try await layer(layers, "rm -r d; mkdir -p d/e d/h")
        #expect(made.rows == ["/d", "/d/.wh.b", "/d/e", "/d/e/.wh.y", "/d/h"])
        #expect(made.isSame)
    }

    @Test("A directory in the place of a file or a link hides nothing")
    func overFiles() async throws {
        let made = try await layer([Self.base], "rm k; mkdir k; echo x >k/l; mv d other; ln -s other d; rm d; mkdir d")
        #expect(made.rows.contains("/d/.wh.a"))
        #expect(made.rows.contains("/k/l"))
        #expect(!made.rows.contains { $0.hasSuffix(".wh..opq") })
        #expect(made.isSame)
    }
}
