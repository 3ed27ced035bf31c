import Chunking
import SystemPackage
import TestSupport
import Testing

@testable import Build

@Suite(
    "A directory, its layer, and the directory made of that are the same",
    .enabled(if: LayerTools.isRoot, "needs root with its capabilities"))
struct RoundTripTests {
    @Test("Random trees give equal bytes again", arguments: seeds)
    func randomTrees(seed: UInt64) async throws {
        try await LayerTools.withLayers { layers, _ in
            var random = SeededGenerator(seed: seed)
            let tar = try RandomTree(&random).tar()
            let first = try layers.directory(of: LayerTools.unpack(tar, into: layers))
            let layer = try LayerTools.bytes(of: DirectoryLayer.source(of: first))
            let second = try layers.directory(of: LayerTools.unpack(layer, into: layers))
            let again = try LayerTools.bytes(of: DirectoryLayer.source(of: second))
            #expect(layer == again, "seed \(seed)")
            let listing = try LayerTools.listing(first.string)
            #expect(try LayerTools.listing(second.string) == listing, "seed \(seed)")
        }
    }

    @Test("What was changed through a mount is the same on another mount", arguments: seeds)
    func mountedChanges(seed: UInt64) async throws {
        try await LayerTools.withLayers { layers, directory in
            var random = SeededGenerator(seed: seed)
            let base = try LayerTools.unpack(RandomTree(&random).tar(), into: layers)
            let root = try RootFilesystem(mounting: [base], from: layers, workspace: FilePath(directory + "/one"))
            defer { root.discard() }
            try Changes.make(in: root.merged.string, &random)
            let expected = try LayerTools.listing(root.merged.string, wholeSeconds: true)
            try root.unmount()
            let tar = try LayerTools.bytes(of: DirectoryLayer.source(of: root.upper))
            let change = try LayerTools.unpack(tar, into: layers)
            let other = try RootFilesystem(
                mounting: [base, change], from: layers, workspace: FilePath(directory + "/two"))
            defer { other.discard() }
            let again = try LayerTools.listing(other.merged.string, wholeSeconds: true)
            #expect(again == expected, "seed \(seed): \(LayerTools.difference(again, expected))")
            // And once more with the upper directory itself.
            let adopted = Digest(hashing: [1])
            try layers.adopt(root.upper, as: adopted, entries: EntryTable())
            let third = try RootFilesystem(
                mounting: [base, adopted], from: layers, workspace: FilePath(directory + "/three"))
            defer { third.discard() }
            let last = try LayerTools.listing(third.merged.string, wholeSeconds: true)
            #expect(last == expected, "seed \(seed): \(LayerTools.difference(last, expected))")
        }
    }
}

/// Rows of a tree with all kinds of files.
struct RandomTree {
    private(set) var rows: [(entry: Entry, bytes: [UInt8])] = []

    init(_ random: inout SeededGenerator) {
        var directories = [""]
        var files: [String] = []
        for number in 0..<60 {
            let parent = directories[Int.random(in: 0..<directories.count, using: &random)]
            let path = (parent.isEmpty ? "" : parent + "/") + "n\(number)"
            var entry = Entry(
                path: LayerPath(path), kind: .file, mode: [0o644, 0o4755, 0o2711, 0o600, 0o1777][number % 5],
                uid: UInt32.random(in: 0...70_000, using: &random), gid: UInt32.random(in: 0...9, using: &random),
                mtimeSeconds: Int64.random(in: 1...2_000_000_000, using: &random))
            var bytes: [UInt8] = []
            switch Int.random(in: 0..<10, using: &random) {
            case 0...2:
                entry.kind = .directory
                directories.append(path)
            case 3:
                entry.kind = .symlink
                entry.linkTarget = Array(["/n1", "../n2", "nowhere", "."][number % 4].utf8)
            case 4 where !files.isEmpty:
                entry.kind = .hardlink
                entry.linkTarget = Array(files[Int.random(in: 0..<files.count, using: &random)].utf8)
            case 5: entry.kind = .fifo
            case 6:
                entry.kind = .characterDevice
                (entry.deviceMajor, entry.deviceMinor) = (1, UInt32(number))
            default:
                bytes = random.bytes(Int.random(in: 0...40_000, using: &random))
                if number % 7 == 0 {
                    entry.xattrs = [.init(name: Array("user.note".utf8), value: random.bytes(12))]
                }
                files.append(path)
            }
            rows.append((entry, bytes))
        }
    }

    func tar() throws -> [UInt8] {
        try LayerTools.tar(rows)
    }
}

/// Changes what is in a mounted tree.
enum Changes {
    static func make(in root: String, _ random: inout SeededGenerator) throws {
        let paths = try ImageTools.run("cd '\(root)'; find . -mindepth 1 -name 'n*' | LC_ALL=C sort")
            .split(separator: "\n").map(String.init)
        for (number, path) in paths.enumerated() where Int.random(in: 0..<3, using: &random) == 0 {
            let script =
                switch Int.random(in: 0..<6, using: &random) {
                case 0: "rm -rf \(path)"
                case 1: "rm -rf \(path); mkdir \(path); echo \(number) >\(path)/new"
                case 2: "chmod 751 \(path)"
                case 3: "mv \(path) renamed-\(number)"
                case 4: "[ ! -d \(path) ] || echo \(number) >\(path)/added"
                default: "[ ! -f \(path) ] || echo \(number) >>\(path)"
                }
            try ImageTools.run("cd '\(root)'; [ -e \(path) ] || exit 0; [ ! -L \(path) ] || exit 0; \(script)")
        }
    }
}
