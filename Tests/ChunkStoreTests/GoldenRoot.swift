import Chunking
import Compression
import FoundationEssentials
import SystemPackage
import TestSupport

@testable import ChunkStore

/// A small root as version 1 of the format wrote it, with every kind of record and every codec, and what it holds.
struct GoldenRoot {
    /// Set it to have the root written anew, which is right only as long as the format is not frozen.
    static let variable = "LARDER_WRITE_GOLDEN"

    static var isToBeWritten: Bool { ProcessInfo.processInfo.environment[variable] != nil }

    static var directory: FilePath {
        FilePath(#filePath).removingLastComponent().appending("Golden").appending("version-1")
    }

    static var options: Store.Options {
        var options = Store.Options()
        options.chunkFileSize = 24_000
        options.leasePeriod = 0
        options.indexSizeMaximum = 64 << 20
        return options
    }

    /// Blobs with their entry tables, and records, a line each.
    static func description(of store: Store) throws -> String {
        var lines: [String] = []
        for (name, project) in try store.projects() {
            for digest in try store.blobDigests(in: project) {
                let size = try store.contents(of: digest, in: project).map { bytes in
                    Digest(hashing: bytes) == digest ? "\(bytes.count)" : "wrong"
                }
                let entries = try store.entries(of: digest, in: project).map { Digest(hashing: $0.encoded()).hex }
                let recipe = try store.recipe(of: digest, in: project).map { Digest(hashing: $0.encoded()).hex }
                lines.append("blob \(name) \(digest.hex) \(size ?? "-") \(entries ?? "-") \(recipe ?? "-")")
            }
            for table in RecordTable.allCases {
                for key in try store.keys(in: table, prefix: [], limit: .max, project: project) {
                    let value = try store.record(in: table, key: key, project: project) ?? []
                    lines.append("record \(name) \(table.rawValue) \(RowKey.hex(key)) \(RowKey.hex(value))")
                }
            }
        }
        return lines.sorted().joined(separator: "\n") + "\n"
    }

    /// Makes the root's content in a new store.
    static func fill(_ store: Store) throws {
        let shop = try store.makeProject(named: "shop")
        let bank = try store.makeProject(named: "bank")
        var random = SeededGenerator(seed: 1)
        let text = (0..<400).map { "line \($0) of a text that compresses\n" }.joined()
        var file = random.bytes(9000)
        let first = try store.store(tar([("etc/text", Array(text.utf8)), ("bin/tool", file)]), in: shop).digest
        file.insert(contentsOf: [1, 2, 3], at: 4500)
        let second = try store.store(tar([("etc/text", Array(text.utf8)), ("bin/tool", file)]), in: shop).digest
        try putRecords(in: store, shop, bank, first, second)
        try store.notePredecessors([first], of: second, in: shop)
        _ = try store.pack()
        try store.store(random.bytes(6000), in: bank)
        for number in UInt8(0)..<40 {
            _ = try store.put(Array(repeating: number, count: 20), in: .lineage, key: [number], project: bank)
        }
        _ = try store.collect()
        try uploadFrames(to: store, shop, &random)
        try failADeletion(in: store, shop)
        try store.store(Array("the last".utf8), in: shop)
    }

    private static func uploadFrames(to store: Store, _ project: ProjectID, _ random: inout SeededGenerator) throws {
        for codec in [Codec.zstd, .lz4, .stored] {
            let line = "\(codec) \(random.next()) "
            let bytes = Array(String(repeating: line, count: 40).utf8)
            try store.upload(try frames([bytes], codec: codec), to: project)
            let digest = Digest(hashing: bytes)
            _ = try store.commitBlob(split(bytes).result.recipe, in: project)
            _ = try store.put([1], in: .tag, key: digest.rawBytes, project: project, references: [.blob(digest)])
        }
    }

    private static func putRecords(
        in store: Store, _ shop: ProjectID, _ bank: ProjectID, _ first: Digest, _ second: Digest
    ) throws {
        try store.share([first], from: shop, with: bank)
        for (layer, project) in [(first, shop), (second, shop), (first, bank)] {
            _ = try store.put(
                [1, 2, 3], in: .manifest, key: layer.rawBytes, project: project, references: [.blob(layer)])
            _ = try store.put(
                [4], in: .tag, key: Array("latest".utf8), project: project,
                references: [.record(.manifest, layer.rawBytes)])
        }
        for number in UInt8(0)..<4 {
            _ = try store.put([number], in: .step, key: [number], project: shop, references: [.blob(first)])
            _ = try store.put([number], in: .alias, key: [number], project: shop)
            _ = try store.put([number], in: .upstream, key: [number], project: shop)
        }
        _ = try store.put([9], in: .step, key: [1], project: shop, references: [.blob(first), .blob(second)])
        _ = try store.delete(in: .step, key: [2], project: shop)
    }

    /// Leaves a record that does not count, and one that says so.
    private static func failADeletion(in store: Store, _ project: ProjectID) throws {
        _ = errorCode {
            try store.use { core throws(StoreError) in
                try core.writer.perform { batch throws(StoreError) in
                    let tombstone = Tombstone(.record(.step, [3]), older: OlderFiles([1]))
                    _ = try batch.append(.tombstone, project: project) { tombstone.encode(into: &$0) }
                    throw StoreError(.io, "planned")
                }
            }
        }
    }
}
