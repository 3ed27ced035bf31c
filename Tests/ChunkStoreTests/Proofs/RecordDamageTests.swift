import Chunking
import Compression
import SystemPackage
import TestSupport
import Testing

@testable import ChunkStore

/// A flipped bit in any kind of record is found by a check; what needs the record is right or missing.
@Suite struct RecordDamageTests {
    /// What kinds of records there are, deltas apart.
    enum Kind: String, CaseIterable {
        case frame, delta, blob, record, tombstone, project, void, seal
    }

    private struct Place {
        let file: FilePath
        let offset: Int
        let length: Int
    }

    /// A root that holds every kind.
    private static func makeRun() throws -> ModelRun {
        var plan = ModelRun.Plan(seed: 5)
        plan.samplesMaximum = 400
        let run = try ModelRun(plan)
        try run.run(operations: 700)
        run.upload = nil
        // A change that fails half-way leaves a record that does not count.
        _ = try run.store.use { core throws(StoreError) in
            Result { () throws(StoreError) in
                try core.writer.perform { batch throws(StoreError) in
                    _ = try batch.append(.tombstone, project: nil) { $0 += [0, 0] + [UInt8](repeating: 1, count: 32) }
                    throw StoreError(.io, "half-way")
                }
            }
        }
        _ = try run.store.put([1], in: .tag, key: [77], project: run.projects[0])
        run.store.close()
        return run
    }

    private static func places(in root: TemporaryRoot) throws -> [Kind: [Place]] {
        var places: [Kind: [Place]] = [:]
        for path in try root.chunkFiles() {
            let bytes = try contents(of: path)
            let file = try OpenFile(1, at: path, mode: .readOnly, disk: .system)
            var scanner = RecordScanner(file, end: UInt64(bytes.count), disk: .system)
            while let (offset, header) = try scanner.next() {
                let place = Place(file: path, offset: Int(offset), length: header.recordLength)
                var kind = Kind(rawValue: "\(header.kind)")
                if header.kind == .frame {
                    let body = Array(bytes[(place.offset + RecordHeader.byteCount)..<(place.offset + place.length)])
                    let frame = unsafe try FrameHeader(decoding: body.span.bytes)
                    kind = frame.base.isEmpty ? .frame : .delta
                }
                if let kind { places[kind, default: []].append(place) }
            }
        }
        return places
    }

    @Test func aFlippedBitInAnyRecordIsFoundAndNothingIsWrong() async throws {
        let flips = try await onThread { try Self.flipAll() }
        ProofSettings.report(
            "flipped bits in records: \(flips) of \(Kind.allCases.count) kinds, seed \(ProofSettings.seed)")
        #expect(flips == 6 * Kind.allCases.count)
    }

    private static func flipAll() throws -> Int {
        var random = SeededGenerator(seed: ProofSettings.seed)
        let run = try makeRun()
        let places = try places(in: run.temporary)
        var flips = 0
        for kind in Kind.allCases {
            let all = places[kind] ?? []
            try demand(!all.isEmpty, "there is no \(kind)")
            for _ in 0..<6 {
                let place = all[Int.random(in: 0..<all.count, using: &random)]
                let offset = place.offset + Int.random(in: 0..<place.length, using: &random)
                let note = "seed \(ProofSettings.seed), \(kind) at \(place.offset) of \(place.file), byte \(offset)"
                try flip(run, place.file, offset, note)
                flips += 1
            }
        }
        return flips
    }

    /// Flips a bit in a copy of the root and looks at all of it.
    private static func flip(_ run: ModelRun, _ file: FilePath, _ offset: Int, _ note: String) throws {
        let copy = try TemporaryRoot.inMemory()
        try copyTree(run.temporary.root, to: copy.root)
        try flipBit(of: copy.chunks.pushing(FilePath(file.lastComponent?.string ?? "")), at: offset)
        let options = ModelRun.options(run.plan, run.clock)
        let before = try Store.check(copy.root, options: options)
        try demand(!before.isClean, "not found: \(note)")
        let store: Store
        do {
            store = try copy.open(options)
        } catch {
            // Refusing is right where nothing can be told.
            return
        }
        for blob in run.world.blobs {
            let (project, digest) = (run.projects[blob.project], blob.digest)
            guard let sample = run.samples.sample(digest) else { continue }
            let read = try? store.contents(of: digest, in: project)
            try demand(read == nil || read == sample.bytes, "wrong bytes: \(note)")
            try store.store(sample.bytes, in: project)
            let healed = try? store.contents(of: digest, in: project)
            if healed == sample.bytes { continue }
            // The first reader found the damage, the second storing heals it.
            try store.store(sample.bytes, in: project)
            try demand(try store.contents(of: digest, in: project) == sample.bytes, "not healed: \(note)")
        }
        for (record, expected) in run.world.records {
            let value = try store.record(in: record.table, key: record.key, project: run.projects[record.project])
            try demand(value == nil || value == expected.value, "wrong record: \(note)")
        }
    }
}
