import Chunking
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Build

@Suite("Chunks are taken from layers that are here", .enabled(if: LayerTools.isRoot, "needs root"))
struct LocalChunksTests {
    /// Lends layers that are mounted where that can be done, and layers that are unpacked.
    private func withForms(_ body: (LocalLayers) throws -> Void) async throws {
        try await ImageTools.withDirectory { directory in
            let mounts = LayerMounts(in: FilePath(directory + "/mounts"))
            defer { mounts.close() }
            try body(LocalLayers(root: FilePath(directory + "/mounted"), mounts: mounts))
            try body(LocalLayers(root: FilePath(directory + "/unpacked")))
        }
    }

    private func split(_ tar: [UInt8]) -> (payload: [ChunkReference], bytes: [Digest: [UInt8]]) {
        var splitter = LayerSplitter()
        var bytes: [Digest: [UInt8]] = [:]
        func add(_ chunk: ChunkReference, _ content: RawSpan) { bytes[chunk.id] = [UInt8](copying: content) }
        unsafe splitter.update(tar.span.bytes, onChunk: add)
        return (splitter.finish(onChunk: add).recipe.payload, bytes)
    }

    /// Takes all it can of `ids`.
    private func take(
        _ ids: [Digest], _ chunks: LocalChunks
    ) throws -> (taken: [Digest: [UInt8]], left: [Digest]) {
        var taken: [Digest: [UInt8]] = [:]
        var left: [Digest] = []
        for find in chunks.find(ids) {
            left += try chunks.take(find, unless: CancellationFlag()) { taken[$0.id] = [UInt8](copying: $1) }
        }
        return (taken, left)
    }

    @Test("Of every kind of layer, and nothing but what was asked for", arguments: seeds)
    func allChunks(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let tars = try (0..<4).map { _ in try RandomTree(&random).tar() }
        try await withForms { layers in
            let chunks = try LocalChunks(root: layers.root) { Issue.record("seed \(seed): \($0)") }
            #expect(chunks.find([Digest(hashing: [1])]).isEmpty)
            for (number, tar) in tars.enumerated() {
                // Those that come later are made known.
                let layer = try LayerTools.unpack(tar, into: layers, parts: [511, 1 << 16][number % 2])
                chunks.add(layer)
                let (payload, bytes) = split(tar)
                let wanted = Array(Set(payload.map(\.id)).filter { _ in Bool.random(using: &random) })
                let (taken, left) = try take(wanted + [Digest(hashing: [2])], chunks)
                #expect(left == [])
                #expect(taken == bytes.filter { wanted.contains($0.key) }, "seed \(seed), layer \(number)")
            }
        }
    }

    @Test("Files that were replaced by later ones of their tar are no damage", arguments: seeds)
    func replacedFiles(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let tars = try (0..<8).map { try RandomLayer(&random, count: $0 * 8).tar() }
        try await withForms { layers in
            let chunks = try LocalChunks(root: layers.root) { Issue.record("seed \(seed): \($0)") }
            for tar in tars {
                guard (try? LayerTools.unpack(tar, into: layers)) != nil else { continue }
                let (payload, bytes) = split(tar)
                let (taken, _) = try take(payload.map(\.id), chunks)
                for (id, content) in taken { #expect(content == bytes[id], "seed \(seed)") }
                #expect(layers.contains(Digest(hashing: tar)))
            }
        }
    }

    @Test("Layers that were removed have nothing, and layers that lost a file are removed")
    func lostFiles() async throws {
        var random = SeededGenerator(seed: 5)
        let tar = try LayerTools.tar(
            ["a", "b"].map {
                (Entry(path: LayerPath($0), kind: .file, mode: 0o644), random.bytes(100_000))
            })
        let ids = split(tar).payload.map(\.id)
        for loss in ["", "chunks", "image", "fs/b"] {
            try await withForms { layers in
                let home = LayerHome(layers.root.appending(try LayerTools.unpack(tar, into: layers).hex))
                let complaints = Complaints()
                let chunks = try LocalChunks(root: layers.root) { complaints.add($0) }
                #expect(chunks.find(ids).map(\.ids) == [ids])
                layers.close()
                if home.isImage ? loss == "fs/b" : loss == "image" { return }
                try ImageTools.run("rm -r '\(home.path)/\(loss)'")
                let (taken, left) = try take(ids, chunks)
                #expect(taken.count + left.count == ids.count && !left.isEmpty, "\(loss)")
                #expect(complaints.all.count == (loss == "" ? 0 : 1), "\(loss): \(complaints.all)")
                #expect(try ImageTools.run("ls '\(layers.root)'") == "", "\(loss)")
            }
        }
    }

    @Test("A damaged layer that somebody uses stays until it is free, but does not count")
    func damageInUse() async throws {
        let tar = try LayerTools.tar([LayerTools.file("a", String(repeating: "0123456789", count: 10_000))])
        let digest = Digest(hashing: tar)
        let ids = split(tar).payload.map(\.id)
        try await LayerTools.withLayers { layers, _ in
            try LayerTools.unpack(tar, into: layers)
            let file = "\(layers.root)/\(digest.hex)/fs/a"
            try ImageTools.run("printf x | dd of='\(file)' bs=1 seek=9000 conv=notrunc 2>/dev/null")
            let complaints = Complaints()
            let chunks = try LocalChunks(root: layers.root) { complaints.add($0) }
            #expect(try take(ids, chunks).left.count > 0)
            #expect(complaints.all.count == 1 && complaints.all[0].contains("a build uses it"))
            // Another build that begins has neither use for it nor a right to remove it.
            let other = try LocalLayers(root: layers.root)
            #expect(!other.contains(digest))
            #expect(try ImageTools.run("ls '\(layers.root)/\(digest.hex)/fs'") == "a\n")
            layers.close()
            _ = try LocalLayers(root: layers.root)
            #expect(try ImageTools.run("ls '\(layers.root)'") == "")
        }
    }

    @Test("Damage to the list of chunks is noticed", arguments: seeds)
    func damagedList(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let (payload, _) = split(try RandomTree(&random).tar())
        let list = LayerChunks(
            chunks: payload, parts: (1..<9).map { LayerChunks.Part(byteCount: UInt64($0), place: 4096 << UInt64($0)) })
        let bytes = list.encoded()
        let decoded = try LayerChunks(decoding: bytes)
        #expect(decoded.chunks == payload && decoded.encoded() == bytes)
        #expect(try LayerChunks.ids(decoding: bytes) == payload.map(\.id))
        for _ in 0..<200 {
            // Anything but a trap.
            _ = try? LayerChunks(decoding: random.mutated(bytes))
            _ = try? LayerChunks.ids(decoding: random.mutated(bytes))
        }
    }
}

/// What was complained of.
private final class Complaints: Sendable {
    private let texts = Mutex<[String]>([])

    var all: [String] { texts.withLock { $0 } }

    func add(_ text: String) { texts.withLock { $0.append(text) } }
}
