import Chunking
import SystemPackage
import TestSupport
import Testing

@testable import Build

/// Whether images can be mounted here in some way.
private let mountsImages: Bool = {
    guard LayerTools.isRoot, let directory = try? ImageTools.run("mktemp -d").dropLast() else { return false }
    let mounts = LayerMounts(in: FilePath(directory + "/mounts"))
    defer {
        mounts.close()
        _ = try? ImageTools.run("rm -rf '\(directory)'")
    }
    return mounts.areAllowed
}()

@Suite("A mounted image is what the layer would be unpacked", .enabled(if: mountsImages, "needs root and EROFS"))
struct LayerImageTests {
    typealias Row = (entry: Entry, bytes: [UInt8])

    /// Lends layers that are mounted and layers that are unpacked.
    private func withBoth(
        _ ways: [LayerMounts.Way] = LayerMounts.Way.allCases,
        _ body: (_ mounted: LocalLayers, _ unpacked: LocalLayers, _ directory: String) throws -> Void
    ) async throws {
        try await ImageTools.withDirectory { directory in
            let mounts = LayerMounts(in: FilePath(directory + "/mounts"), ways: ways)
            defer { mounts.close() }
            try body(
                LocalLayers(root: FilePath(directory + "/mounted"), mounts: mounts),
                LocalLayers(root: FilePath(directory + "/unpacked")), directory)
        }
    }

    private func isImage(_ layer: Digest, in layers: LocalLayers) -> Bool {
        LayerHome(layers.root.appending(layer.hex)).isImage
    }

    /// What mounting and unpacking make of a tar; `nil` where it is refused.
    private func trees(
        _ tar: [UInt8], timeless: Set<LayerPath> = [], _ mounted: LocalLayers, _ unpacked: LocalLayers
    ) -> (mounted: [String]?, unpacked: [String]?) {
        func lines(_ layers: LocalLayers) -> [String]? {
            try? TreeLines.of(layers.directory(of: LayerTools.unpack(tar, into: layers)), timeless: timeless)
        }
        return (lines(mounted), lines(unpacked))
    }

    private func difference(_ trees: (mounted: [String]?, unpacked: [String]?)) -> String {
        LayerTools.difference(
            (trees.mounted ?? []).joined(separator: "\n"), (trees.unpacked ?? []).joined(separator: "\n"))
    }

    @Test("Random layers, as files and as loop devices", arguments: seeds)
    func randomLayers(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        for way in LayerMounts.Way.allCases {
            try await withBoth([way]) { mounted, unpacked, _ in
                var images = 0
                for number in 0..<12 {
                    let layer = RandomLayer(&random, count: number * 12)
                    let tar = try layer.tar()
                    let trees = trees(tar, timeless: layer.implied, mounted, unpacked)
                    #expect(
                        trees.mounted == trees.unpacked, "seed \(seed), layer \(number), \(way): \(difference(trees))")
                    // The first is empty, and an image whatever the rest is.
                    if number > 0, isImage(Digest(hashing: tar), in: mounted) { images += 1 }
                }
                // Some seeds have none that can be images.
                #expect(images > 0 || !steadySeeds.contains(seed), "seed \(seed), \(way)")
            }
        }
    }

    @Test("Chains of random layers below overlayfs", arguments: seeds)
    func randomChains(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        try await withBoth { mounted, unpacked, directory in
            var chain: [Digest] = []
            for _ in 0..<6 {
                let tar = try RandomLayer(&random, count: 25).tar()
                guard (try? LayerTools.unpack(tar, into: unpacked)) != nil else { continue }
                chain.append(try LayerTools.unpack(tar, into: mounted))
            }
            #expect(chain.contains { isImage($0, in: mounted) } || !steadySeeds.contains(seed), "seed \(seed)")
            var listings: [String] = []
            for (number, place) in [mounted, unpacked].enumerated() {
                let root = try RootFilesystem(
                    mounting: chain, from: place, workspace: FilePath("\(directory)/root-\(number)"))
                defer { root.discard() }
                // Where only one layer has a directory, overlayfs lists its whiteouts, and says that they are not there.
                listings.append(
                    try ImageTools.run(
                        """
                        cd '\(root.merged)'; find . ! -type d -printf '%P|%y|%m|%U|%G|%T@|%s|%l\\n' 2>/dev/null | sort
                        find . -type d -printf '%P|%m|%U|%G\\n' 2>/dev/null | sort
                        find . -type f -exec sha256sum {} + 2>/dev/null | sort
                        """))
            }
            #expect(listings[0] == listings[1], "seed \(seed)")
        }
    }

    @Test("A large directory, and bytes in parts of any size", arguments: [511, 4096, 1 << 20])
    func largeDirectory(parts: Int) async throws {
        try await withBoth { mounted, unpacked, _ in
            var rows = [LayerTools.directory("d")]
            for number in 0..<3000 { rows.append(LayerTools.file("d/\(number * 7919 % 3000)-name", "\(number)")) }
            for number in 0..<300 { rows.append(LayerTools.directory("d/sub-\(number)")) }
            rows.append(LayerTools.file("large", String(repeating: "0123456789", count: 100_000)))
            rows.append(LayerTools.hardLink("d/again", to: "large"))
            let tar = try LayerTools.tar(rows)
            let digest = Digest(hashing: tar)
            try mounted.unpack(digest, from: LayerTools.source(tar, parts: parts))
            try unpacked.unpack(digest, from: LayerTools.source(tar))
            #expect(isImage(digest, in: mounted))
            let trees = (
                try TreeLines.of(mounted.directory(of: digest)), try TreeLines.of(unpacked.directory(of: digest))
            )
            #expect(trees.0 == trees.1)
            // The kernel looks names up by bisection.
            let tree = try mounted.directory(of: digest).string
            #expect(try ImageTools.run("cat '\(tree)/d/2999-name'; cd '\(tree)/d'; stat -c %s sub-0 >/dev/null") != "")
        }
    }

    @Test("fsck.erofs finds nothing", .enabled(if: ImageTools.has("fsck.erofs"), "needs erofs-utils"), arguments: seeds)
    func fsck(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        try await withBoth { mounted, _, _ in
            let digest = try LayerTools.unpack(RandomTree(&random).tar(), into: mounted)
            try ImageTools.run("fsck.erofs '\(mounted.root)/\(digest.hex)/image' >/dev/null")
        }
    }

    /// Inodes of 64 bytes that fill blocks exactly, of files and of everything else: `fsck.erofs` reads on behind the last.
    @Test(
        "fsck.erofs finds nothing where the last inode ends with its block",
        .enabled(if: ImageTools.has("fsck.erofs"), "needs erofs-utils"),
        arguments: [Entry.Kind.fifo, .file], [64, 512])
    func inodesThatFillTheLastBlock(kind: Entry.Kind, count: Int) async throws {
        try await withBoth { mounted, unpacked, _ in
            let rows = (0..<count).map { number in
                (entry: Entry(path: LayerPath("n\(number)"), kind: kind, mode: 0o600), bytes: [UInt8]())
            }
            let tar = try LayerTools.tar(rows)
            let trees = trees(tar, mounted, unpacked)
            #expect(trees.mounted == trees.unpacked, "\(difference(trees))")
            try ImageTools.run("fsck.erofs '\(mounted.root)/\(Digest(hashing: tar).hex)/image' >/dev/null")
        }
    }

    @Test("Odd tars: what the image cannot be sure of is unpacked, and refused where that refuses it")
    func oddTars() async throws {
        let name = String(repeating: "n", count: 256)
        func row(_ path: String, _ change: (inout Entry) -> Void) -> Row {
            var row = LayerTools.file(path, "text")
            change(&row.entry)
            return row
        }
        func attribute(_ name: String, _ value: [UInt8]) -> [Entry.ExtendedAttribute] {
            [.init(name: Array(name.utf8), value: value)]
        }
        let capability: [UInt8] = [1, 0, 0, 2, 0, 32, 0, 0] + [UInt8](repeating: 0, count: 12)
        let odd: [(rows: [Row], isImage: Bool)] = [
            ([LayerTools.link("l", to: "d"), LayerTools.file("l/f", "x")], false),
            ([LayerTools.directory("d"), LayerTools.link("l", to: "d"), LayerTools.hardLink("h", to: "l/f")], false),
            ([LayerTools.hardLink("h", to: "absent")], false),
            ([LayerTools.directory("d"), LayerTools.hardLink("h", to: "d")], false),
            ([LayerTools.link("l", to: "x"), LayerTools.hardLink("h", to: "l")], true),
            ([LayerTools.file(name, "x")], false), ([LayerTools.file("\(name)/f", "x")], false),
            ([LayerTools.link("l", to: "")], false),
            ([LayerTools.file(".wh.", "")], false), ([LayerTools.file("a/.wh..", "")], false),
            ([row("f") { $0.uid = .max }], false),
            ([row("f") { $0.xattrs = attribute("security.capability", capability) }], true),
            ([row("f") { $0.xattrs = attribute("security.capability", [1, 2]) }], false),
            ([row("f") { $0.xattrs = attribute("system.posix_acl_access", [2, 0, 0, 0]) }], false),
            ([row("f") { $0.xattrs = attribute("user.large", [UInt8](repeating: 1, count: 3000)) }], false),
            ([row("f") { $0.xattrs = attribute("trusted.overlay.opaque", [121]) }], true),
            ([LayerTools.file(".wh..wh..opq"), LayerTools.file("f", "x")], true),
            ([LayerTools.file("d/.wh..wh.plnk/1"), LayerTools.file("f", "x")], true),
            ([LayerTools.file("f", "x"), LayerTools.file("f/below", "y")], true),
            ([LayerTools.file("d/.wh.sub"), LayerTools.file("d/sub/f", "y")], true),
            ([LayerTools.file("d/sub/f", "y"), LayerTools.file("d/.wh.sub")], true),
            ([LayerTools.hardLink("f", to: "f"), LayerTools.file("f", "x")], false),
            ([], true),
        ]
        try await withBoth { mounted, unpacked, _ in
            for (number, (rows, isImage)) in odd.enumerated() {
                let tar = try LayerTools.tar(rows)
                let timeless = Set(["d", "d/sub", "d/.wh..wh.plnk", "f"].map { LayerPath($0) })
                let trees = trees(tar, timeless: timeless, mounted, unpacked)
                #expect(trees.mounted == trees.unpacked, "\(number): \(difference(trees))")
                #expect(self.isImage(Digest(hashing: tar), in: mounted) == isImage, "\(number)")
            }
        }
    }

    @Test("Every path twice, as another kind")
    func twice() async throws {
        let kinds: [Row] = [
            LayerTools.file("p", "text"), LayerTools.directory("p"), LayerTools.link("p", to: "q"),
            LayerTools.hardLink("p", to: "q"), (Entry(path: LayerPath("p"), kind: .fifo, mode: 0o600), []),
            LayerTools.file(".wh.p"),
        ]
        try await withBoth { mounted, unpacked, _ in
            for first in kinds.indices {
                for second in kinds.indices {
                    let below = first == 1 ? [LayerTools.file("p/below")] : []
                    let tar = try LayerTools.tar([LayerTools.file("q")] + [kinds[first]] + below + [kinds[second]])
                    let trees = trees(tar, mounted, unpacked)
                    #expect(trees.mounted == trees.unpacked, "\(first), then \(second)")
                    #expect(trees.mounted != nil)
                }
            }
        }
    }

    @Test("With a recipe the layer is the same, and its table of contents too", arguments: seeds)
    func recipes(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        try await withBoth { mounted, unpacked, _ in
            let tar = try RandomTree(&random).tar()
            var splitter = LayerSplitter()
            unsafe splitter.update(tar.span.bytes) { _, _ in }
            let split = splitter.finish { _, _ in }
            for layers in [mounted, unpacked] {
                try layers.unpack(split.recipe.digest, from: LayerTools.source(tar), recipe: split.recipe)
                #expect(try layers.entries(of: split.recipe.digest) == split.entries)
            }
        }
    }

    @Test("An image that is written before its digest is known is the same", arguments: seeds)
    func drafts(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        try await withBoth { mounted, unpacked, _ in
            for number in 0..<6 {
                let layer = RandomLayer(&random, count: number * 12)
                let tar = try layer.tar()
                let digest = Digest(hashing: tar)
                var splitter = LayerSplitter()
                unsafe splitter.update(tar.span.bytes) { _, _ in }
                let split = splitter.finish { _, _ in }
                guard let entries = split.entries, (try? LayerTools.unpack(tar, into: unpacked)) != nil,
                    let draft = try? mounted.draft(from: LayerTools.source(tar, parts: 4095))
                else { continue }
                try mounted.keep(draft, as: digest, entries: entries, payload: split.recipe.payload)
                #expect(isImage(digest, in: mounted))
                let lines = try [mounted, unpacked].map {
                    try TreeLines.of($0.directory(of: digest), timeless: layer.implied)
                }
                #expect(lines[0] == lines[1], "seed \(seed), layer \(number)")
                #expect(try mounted.entries(of: digest) == entries)
                #expect(mounted.hasRoot(digest) == unpacked.hasRoot(digest))
                #expect(mounted.payload(of: digest) == (entries.entries.isEmpty ? [] : split.recipe.payload))
            }
            // Nobody writes to the end: nothing is left.
            struct Broken: Error {}
            #expect(throws: Broken.self) { try mounted.draft { _ in throw Broken() } }
            #expect(try ImageTools.run("ls -A '\(mounted.root)' | grep -c new || true") == "0\n")
        }
    }

    @Test("Bytes with another digest leave nothing")
    func wrongDigest() async throws {
        try await withBoth { mounted, _, _ in
            let wrong = Digest(hashing: [1])
            let tar = try LayerTools.tar([LayerTools.file("a", "b")])
            let error = #expect(throws: BuildError.self) { try mounted.unpack(wrong, from: LayerTools.source(tar)) }
            #expect(error?.code == .corrupt)
            #expect(!mounted.contains(wrong))
            #expect(try ImageTools.run("ls -A --ignore=.locks '\(mounted.root)'") == "")
        }
    }

    @Test("A damaged image is removed, and the layer made anew")
    func damagedImage() async throws {
        try await ImageTools.withDirectory { directory in
            let tar = try LayerTools.tar([LayerTools.file("a", "b")])
            let root = FilePath(directory + "/layers")
            let first = LayerMounts(in: FilePath(directory + "/first"))
            let digest = try LayerTools.unpack(tar, into: LocalLayers(root: root, mounts: first))
            first.close()
            let image = "\(root)/\(digest.hex)/image"
            try ImageTools.run("dd if=/dev/zero of='\(image)' bs=4096 count=1 conv=notrunc 2>/dev/null")
            let second = LayerMounts(in: FilePath(directory + "/second"))
            defer { second.close() }
            let layers = try LocalLayers(root: root, mounts: second)
            #expect(throws: BuildError.self) { try layers.directory(of: digest) }
            #expect(!layers.contains(digest))
            try LayerTools.unpack(tar, into: layers)
            #expect(try ImageTools.run("cat '\(layers.directory(of: digest))/a'") == "b")
        }
    }

    @Test("Where images cannot be mounted layers are unpacked, also those that are there as images")
    func withoutMounts() async throws {
        try await ImageTools.withDirectory { directory in
            let tar = try LayerTools.tar([LayerTools.file("a", "b")])
            let root = FilePath(directory + "/layers")
            let first = LayerMounts(in: FilePath(directory + "/first"))
            let digest = try LayerTools.unpack(tar, into: LocalLayers(root: root, mounts: first))
            first.close()
            #expect(isImage(digest, in: try LocalLayers(root: root)))
            for layers in [
                try LocalLayers(root: root),
                try LocalLayers(root: root, mounts: LayerMounts(in: FilePath(directory + "/no"), ways: [])),
            ] {
                try LayerTools.unpack(tar, into: layers)
                #expect(!isImage(digest, in: layers))
                #expect(try ImageTools.run("cat '\(layers.directory(of: digest))/a'") == "b")
            }
        }
    }

    @Test("Nothing stays mounted when a build ends, and what a killed one left is unmounted by the next")
    func unmounting() async throws {
        try await ImageTools.withDirectory { directory in
            let tar = try LayerTools.tar([LayerTools.file("a", "b")])
            func mounted() throws -> String { try ImageTools.run("grep -c '\(directory)' /proc/self/mounts || true") }
            func build() throws {
                let state = try StateDirectory(FilePath(directory))
                let mounts = LayerMounts(in: state.newWorkspace())
                let digest = try LayerTools.unpack(tar, into: LocalLayers(root: state.layers, mounts: mounts))
                let home = LayerHome(state.layers.appending(digest.hex))
                #expect(try mounted() == "1\n")
                mounts.close()
                #expect(try mounted() == "0\n")
                // As a build that is killed does.
                let left = state.newWorkspace()
                try StateFile.makeDirectory(left)
                let killed = LayerMounts(in: left.appending("layers"))
                try StateFile.makeDirectory(left.appending("layers"))
                _ = unsafe Unmanaged.passRetained(killed)
                _ = try killed.tree(of: digest, in: home.image)
            }
            try build()
            #expect(try mounted() == "1\n")
            _ = try StateDirectory(FilePath(directory))
            #expect(try mounted() == "0\n")
        }
    }
}
