import Chunking
import SystemPackage
import Testing

@testable import Build

@Suite("Chains are mounted as one tree", .enabled(if: LayerTools.isRoot, "needs root with its capabilities"))
struct RootFilesystemTests {
    typealias Row = (entry: Entry, bytes: [UInt8])

    /// Mounts layers of `rows` and hands out the tree's path.
    private func mount(
        _ rows: [[Row]], areMounted: Bool = false, _ body: (RootFilesystem, String) async throws -> Void
    ) async throws {
        try await LayerTools.withLayers { layers, directory in
            var layers = layers
            if areMounted {
                let mounts = LayerMounts(in: FilePath(directory + "/mounts"), ways: LayerMounts.Way.allCases)
                layers = try LocalLayers(root: FilePath(directory + "/images"), mounts: mounts)
            }
            defer { layers.close() }
            let chain = try rows.map { try LayerTools.unpack(LayerTools.tar($0), into: layers) }
            let root = try RootFilesystem(mounting: chain, from: layers, workspace: FilePath(directory + "/root"))
            defer { root.discard() }
            try await body(root, root.merged.string)
        }
    }

    private func names(_ path: String) throws -> String {
        try ImageTools.run("cd '\(path)'; find . -mindepth 1 -type f | LC_ALL=C sort | tr '\\n' ' '")
    }

    /// What is there besides the usual mount points.
    private static let points = "./etc/hosts ./etc/resolv.conf "

    @Test("Whiteouts and opaque directories hide what is below")
    func whiteouts() async throws {
        let base = ["d/a", "d/b", "e/a", "e/b", "f"].map { LayerTools.file($0, "old") }
        let above = [
            LayerTools.file("d/.wh.a"), LayerTools.directory("e"), LayerTools.file("e/.wh..wh..opq"),
            LayerTools.file("e/c"), LayerTools.file(".wh.f"), LayerTools.file(".wh.absent"),
        ]
        try await mount([base, above]) { _, tree in
            let found = try names(tree)
            #expect(found == "./d/b ./e/c " + Self.points)
        }
    }

    @Test("A whiteout hides nothing of its own layer, in either order")
    func whiteoutsOfTheSameLayer() async throws {
        let base = [LayerTools.file("d/old"), LayerTools.file("f", "old"), LayerTools.file("g/old")]
        let above = [
            LayerTools.file("d/new"), LayerTools.file(".wh.d"), LayerTools.file(".wh.f"), LayerTools.file("f", "new"),
            LayerTools.file(".wh.g"), LayerTools.file("g/new"),
        ]
        try await mount([base, above]) { _, tree in
            let found = try names(tree)
            #expect(found == "./d/new " + Self.points + "./f ./g/new ")
            #expect(try ImageTools.run("cat '\(tree)/f'") == "new")
        }
    }

    @Test("An opaque root hides all below")
    func opaqueRoot() async throws {
        try await mount([[LayerTools.file("old")], [LayerTools.file(".wh..wh..opq"), LayerTools.file("new")]]) {
            let found = try names($1)
            #expect(found == Self.points + "./new ")
        }
    }

    @Test("A layer that occurs twice counts where it is on top")
    func repeatedLayers() async throws {
        let (one, two) = ([LayerTools.file("a", "one")], [LayerTools.file("a", "two"), LayerTools.file("b")])
        try await mount([one, two, one]) { _, tree in
            let found = try names(tree)
            #expect(found == "./a ./b " + Self.points)
            #expect(try ImageTools.run("cat '\(tree)/a'") == "one")
        }
    }

    @Test("An empty chain is an empty tree that can be written to")
    func emptyChain() async throws {
        try await mount([]) { root, tree in
            #expect(try names(tree) == Self.points)
            try ImageTools.run("echo x >'\(tree)/x'")
            #expect(try names(root.upper.string) == "./x ")
        }
    }

    @Test("Hundreds of layers", arguments: [128, 499, 500])
    func manyLayers(count: Int) async throws {
        try await mount((0..<count).map { [LayerTools.file("f\($0)", "\($0)"), LayerTools.file("last", "\($0)")] }) {
            let found = try ImageTools.run("cd '\($1)'; ls -d f* | wc -l; cat last")
            #expect(found == "\(count)\n\(count - 1)")
        }
    }

    @Test("The root directory is as the topmost layer that tells of it has it")
    func rootAttributes() async throws {
        var row = LayerTools.directory("", mode: 0o1711)
        (row.entry.uid, row.entry.gid) = (5, 6)
        try await mount([[LayerTools.directory("", mode: 0o700)], [row], [LayerTools.file("a")]]) { _, tree in
            let found = try ImageTools.run("stat -c '%a %u %g' '\(tree)'")
            #expect(found == "1711 5 6\n")
        }
    }

    @Test("Directories that a layer says nothing of are as the layers below say", arguments: [true, false])
    func impliedDirectories(areMounted: Bool) async throws {
        var own = LayerTools.directory("own", mode: 0o2700)
        (own.entry.uid, own.entry.gid) = (5, 6)
        own.entry.xattrs = [Entry.ExtendedAttribute(name: Array("user.a".utf8), value: [UInt8(ascii: "b")])]
        let base = [
            LayerTools.directory("tmp", mode: 0o1777), own, LayerTools.directory("own/in", mode: 0o711),
            LayerTools.directory("gone", mode: 0o700), LayerTools.link("link", to: "own"),
        ]
        let above = [
            LayerTools.file("tmp/a"), LayerTools.file("own/in/b"), LayerTools.file(".wh.gone"),
            LayerTools.file("link/c"),
        ]
        let top = [
            LayerTools.file("gone/d"), LayerTools.file("own/.wh.none"), LayerTools.directory("link", mode: 0o750),
        ]
        try await mount([base, above, top], areMounted: areMounted) { root, tree in
            let list = "stat -c '%n %a %u:%g' tmp own own/in gone link; ls tmp own own/in gone link | xargs"
            #expect(
                try ImageTools.run("cd '\(tree)'; \(list)") == """
                    tmp 1777 0:0
                    own 2700 5:6
                    own/in 711 0:0
                    gone 755 0:0
                    link 750 0:0
                    gone: d link: c own: in own/in: b tmp: a

                    """)
            #expect(try OpenDirectory(root.merged).attribute("user.a", of: FileName("own")) == [UInt8(ascii: "b")])
            // What becomes a layer says the same.
            try ImageTools.run("cd '\(tree)'; touch tmp/x own/in/x")
            #expect(
                try ImageTools.run("cd '\(root.upper)'; stat -c '%n %a %u:%g' tmp own own/in") == """
                    tmp 1777 0:0
                    own 2700 5:6
                    own/in 711 0:0

                    """)
        }
    }

    @Test("Discarding removes everything, and can be repeated")
    func discarding() async throws {
        try await mount([[LayerTools.file("a")]]) { root, tree in
            try root.unmount()
            try root.unmount()
            #expect(try ImageTools.run("ls '\(tree)'") == "")
            root.discard()
            root.discard()
            #expect(try ImageTools.run("ls -d '\(tree)' 2>/dev/null || true") == "")
        }
    }

    @Test("A workspace on overlayfs is refused with the reason")
    func nestedOverlay() async throws {
        try await mount([]) { _, tree in
            let layers = try LocalLayers(root: FilePath(tree).appending("layers"))
            let error = #expect(throws: BuildError.self) {
                try RootFilesystem(mounting: [], from: layers, workspace: FilePath(tree).appending("work"))
            }
            #expect(error?.code == .notPermitted)
            #expect(error?.description.contains("is on overlayfs") == true)
            #expect(try ImageTools.run("ls '\(tree)'") == "dev\netc\nlayers\nproc\nsys\n")
        }
    }

    @Test("A layer that is not here is named")
    func missingLayer() async throws {
        try await LayerTools.withLayers { layers, directory in
            let missing = Digest(hashing: [3])
            let error = #expect(throws: BuildError.self) {
                try RootFilesystem(mounting: [missing], from: layers, workspace: FilePath(directory + "/root"))
            }
            #expect(error?.description.contains(missing.short) == true)
        }
    }
}
