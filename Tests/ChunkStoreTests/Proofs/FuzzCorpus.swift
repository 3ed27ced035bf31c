import Chunking
import Compression
import SystemPackage
import TestSupport

@testable import ChunkStore

/// Valid inputs of every parser of the store: checked in, so that a mutation that once broke something stays possible,
/// and so that it shows when a parser no longer reads what an earlier version wrote.
enum FuzzCorpus {
    static let directory: FilePath = {
        var path = FilePath(#filePath)
        path.removeLastComponent()
        path.removeLastComponent()
        return path.appending("Corpus")
    }()

    /// All files, by name. The part of a name before the first `-` says which parser reads it.
    static func read() throws -> [(name: String, bytes: [UInt8])] {
        try RootLayout.names(in: directory).filter { $0.hasSuffix(".bin") }.sorted()
            .map { ($0, try contents(of: directory.appending($0))) }
    }

    /// The bytes that the delta frame is a difference from.
    static let base: [UInt8] = {
        var random = SeededGenerator(seed: 21)
        return random.bytes(3000)
    }()

    /// Makes the corpus.
    static func make() throws -> [String: [UInt8]] {
        var random = SeededGenerator(seed: 20)
        var files: [String: [UInt8]] = [:]
        let small = tar([("a", random.bytes(700)), ("dir/b", []), ("dir/c", [UInt8](repeating: 65, count: 2000))])
        let long = tar([("long", random.bytes(30_000)), ("b", random.bytes(10))])
        files["tar-small.bin"] = small
        files["tar-long.bin"] = long
        files["tar-pax.bin"] = try shell("printf 'x%.0s' $(seq 150) >n; mv n $(cat n); ln -s a l; \(tarCommand("pax"))")
        files["tar-gnu.bin"] = try shell("printf 'x%.0s' $(seq 150) >n; mv n $(cat n); ln -s a l; \(tarCommand("gnu"))")
        for (name, bytes) in [("small", small), ("long", long)] {
            let (result, _) = split(bytes)
            files["recipe-\(name).bin"] = result.recipe.encoded()
            files["entries-\(name).bin"] = result.entries?.encoded() ?? []
            var body: [UInt8] = []
            BlobRecord(recipe: result.recipe, entries: result.recipe.payload, older: OlderFiles([1, 7])).encode(
                into: &body)
            files["blob-\(name).bin"] = body
        }
        let chunks = [random.bytes(900), [UInt8](repeating: 3, count: 5000), random.bytes(1)]
        for codec in [Codec.stored, .lz4, .zstd] {
            for frame in try frames(chunks, codec: codec) { files["frame-\(codec).bin"] = frame.encoded() }
        }
        files["frame-delta.bin"] = try delta(&random)
        add(records: &files, chunks[0])
        return files
    }

    private static func tarCommand(_ format: String) -> String {
        "tar --create --format=\(format) --mtime=@1700000000 --owner=0 --group=0 --sort=name --exclude=out ."
    }

    private static func shell(_ script: String) throws -> [UInt8] {
        try TestSupport.shell(script, in: TemporaryDirectory())
    }

    private static func delta(_ random: inout SeededGenerator) throws -> [UInt8] {
        var packer = FramePacker()
        var changed = base
        changed.replaceSubrange(100..<110, with: random.bytes(10))
        let chunk = ChunkReference(id: Digest(hashing: changed), length: UInt32(changed.count))
        _ = unsafe try packer.add(chunk, changed.span.bytes)
        let old = ChunkReference(id: Digest(hashing: base), length: UInt32(base.count))
        return unsafe try packer.pack(base: [old], prefix: base.span.bytes)?.encoded() ?? []
    }

    private static func add(records files: inout [String: [UInt8]], _ value: [UInt8]) {
        let digest = Digest(hashing: value)
        var body: [UInt8] = []
        SmallRecord(
            table: .manifest, key: [1, 2, 3], made: 5, references: [.blob(digest), .record(.step, [9])],
            value: value, older: OlderFiles([3])
        ).encode(into: &body)
        files["small-manifest.bin"] = body
        let record = RecordHeader.encode(
            .record, project: 7, stamp: RecordStamp(sequence: 9, commit: 4), salt: fuzzedSalt
        ) { $0 += body }
        files["record-manifest.bin"] = record.map { Array($0.bytes.prefix($0.length)) }
        var tombstone: [UInt8] = []
        Tombstone(.record(.tag, [1]), older: OlderFiles([2, 3])).encode(into: &tombstone)
        files["tombstone-tag.bin"] = tombstone
        var void: [UInt8] = []
        VoidRecord([VoidRecord.Item(sequence: 300, file: 2)]).encode(into: &void)
        files["void-one.bin"] = void
        var footer = Footer()
        footer.items = [Footer.Item(offset: 64, bodyLength: 9, kind: 1)]
        var seal: [UInt8] = []
        footer.encode(at: 120, into: &seal)
        files["seal-one.bin"] = seal
        files["file-header.bin"] = ChunkFileHeader(number: 3, created: 1_800_000_000, salt: fuzzedSalt).encoded()
    }
}
