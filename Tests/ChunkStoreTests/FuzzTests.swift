import Chunking
import Compression
import SystemPackage
import TestSupport
import Testing

@testable import ChunkStore

/// Bytes of chunk files that were changed at random: they are refused or decode to something valid.
@Suite struct FuzzTests {
    /// Two seeds that stay and one that is new in every run; a failure names its own.
    static let seeds: [UInt64] = [1, 2, .random(in: 3 ... .max)]

    @Test(arguments: seeds)
    func recordsThatWereChangedDoNotMatch(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let body = random.bytes(200)
        let record = try #require(
            RecordHeader.encode(.record, project: 7, stamp: RecordStamp(sequence: 9, commit: 1), salt: fuzzedSalt) {
                $0 += body
            })
        let original = Array(record.bytes.prefix(record.length))
        for _ in 0..<3000 {
            let bytes = random.mutated(original)
            guard let header = unsafe RecordHeader(bytes.span.bytes) else { continue }
            #expect(header.bodyLength <= RecordHeader.bodyMaximum)
            guard unsafe header.matches(bytes.span.bytes, fuzzedSalt) else { continue }
            #expect(Array(bytes.dropFirst(RecordHeader.byteCount)) == body)
            #expect(header.kind == .record && header.project == 7 && header.sequence == 9)
        }
    }

    @Test(arguments: seeds)
    func chunkFileHeadersThatWereChangedAreRefused(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let original = ChunkFileHeader(number: 3, created: 1_800_000_000, salt: fuzzedSalt).encoded()
        for _ in 0..<3000 {
            let bytes = random.mutated(original)
            let header = unsafe ChunkFileHeader(bytes.span.bytes)
            #expect(header == nil || bytes.starts(with: original))
        }
    }

    @Test(arguments: seeds)
    func bodiesThatWereChangedAreRefusedOrEncodeToThemselves(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var footer = Footer()
        footer.items = [
            Footer.Item(offset: 64, bodyLength: 9, kind: 1), Footer.Item(offset: 112, bodyLength: 1, kind: 4),
        ]
        var seal: [UInt8] = []
        footer.encode(at: 152, into: &seal)
        let bodies = Self.bodies
        for _ in 0..<2000 {
            let body = random.mutated(seal)
            if let read = unsafe Footer(body: body.span.bytes) { #expect(read.items.count == body.count / 16 - 1) }
            for body in bodies {
                // What can still be read says the same when it is written and read again.
                guard let once = body.recode(random.mutated(body.bytes)) else { continue }
                #expect(body.recode(once) == once, "seed \(seed)")
            }
        }
    }

    /// The body of a record, and how it is read and written again.
    private struct Body {
        let bytes: [UInt8]
        let recode: ([UInt8]) -> [UInt8]?
    }

    private static var bodies: [Body] {
        let digest = Digest(hashing: [1])
        let small = SmallRecord(
            table: .step, key: [1, 2, 3], made: 77, references: [.blob(digest), .record(.manifest, [9, 9])],
            value: [4, 5], older: OlderFiles([3, 900]))
        let blob = BlobRecord(
            recipe: split([UInt8](repeating: 7, count: 3000)).result.recipe,
            entries: [ChunkReference(id: digest, length: 5)], older: OlderFiles([2]))
        return [
            body(VoidRecord([.init(sequence: 1, file: 2), .init(sequence: .max, file: 3)]).encode) {
                try unsafe VoidRecord(decoding: $0.span.bytes).encode
            },
            body(Tombstone(.blob(digest), older: .none).encode) {
                try unsafe Tombstone(decoding: $0.span.bytes).encode
            },
            body(Tombstone(.record(.tag, [1]), older: OlderFiles([7])).encode) {
                try unsafe Tombstone(decoding: $0.span.bytes).encode
            },
            body(small.encode) { try unsafe SmallRecord(decoding: $0.span.bytes).encode },
            body(blob.encode) { try unsafe BlobRecord(decoding: $0.span.bytes).encode },
        ]
    }

    private static func body(
        _ encode: (inout [UInt8]) -> Void, _ read: @escaping ([UInt8]) throws -> (inout [UInt8]) -> Void
    ) -> Body {
        var bytes: [UInt8] = []
        encode(&bytes)
        return Body(bytes: bytes) { bytes in
            guard let encode = try? read(bytes) else { return nil }
            var again: [UInt8] = []
            encode(&again)
            return again
        }
    }

    @Test(arguments: seeds)
    func aChunkFileThatWasChangedOpensAndGivesNothingWrong(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let temporary = try TemporaryRoot()
        var store = try temporary.open()
        let project = try store.makeProject(named: "shop")
        let bytes = randomTar(&random, files: 4, sizeMaximum: 40_000)
        let digest = try store.store(bytes, in: project).digest
        store.close()
        for round in 0..<8 {
            let files = try temporary.chunkFiles()
            let file = try #require(files.randomElement(using: &random))
            try write(random.mutated(try contents(of: file)), to: file)
            store = try temporary.open()
            let read = try? store.contents(of: digest, in: project)
            #expect(read == nil || read == bytes, "seed \(seed), round \(round)")
            try store.store(bytes, in: project)
            if try store.contentsIfSound(of: digest, in: project) == nil { try store.store(bytes, in: project) }
            #expect(try store.contents(of: digest, in: project) == bytes, "seed \(seed), round \(round)")
            store.close()
        }
    }

    @Test(arguments: seeds)
    func scanningGarbageEnds(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let temporary = try TemporaryRoot()
        let record = try #require(
            RecordHeader.encode(.tombstone, project: 1, stamp: RecordStamp(sequence: 1, commit: 1), salt: fuzzedSalt) {
                $0 += [1, 0, 0]
            })
        let path = temporary.path.appending("file")
        for _ in 0..<100 {
            var bytes = [UInt8](repeating: 0, count: ChunkFileHeader.byteCount)
            for _ in 0..<Int.random(in: 0...20, using: &random) { bytes += record.bytes }
            bytes = random.mutated(bytes) + random.bytes(Int.random(in: 0...100, using: &random))
            try write(bytes, to: path)
            let file = try OpenFile(1, at: path, mode: .readOnly, disk: .system)
            var scanner = RecordScanner(file, end: UInt64(bytes.count), disk: .system)
            var position = UInt64(ChunkFileHeader.byteCount)
            while let (offset, header) = try scanner.next() {
                #expect(offset == position && offset + UInt64(header.recordLength) <= UInt64(bytes.count))
                position += header.stride
            }
            #expect(position == scanner.position)
        }
    }
}

extension Store {
    /// The bytes of a blob; `nil` when it is not there or found to be damaged.
    fileprivate func contentsIfSound(of digest: Digest, in project: ProjectID) throws -> [UInt8]? {
        do {
            return try contents(of: digest, in: project)
        } catch let error as StoreError where error.code == .missingContent {
            return nil
        }
    }
}
