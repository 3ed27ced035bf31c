import Chunking
import Synchronization
import TestSupport

@testable import ChunkStore

/// A random history of a store: blobs that share chunks, records that refer to them and to each other, deletions,
/// sharing between projects, eviction, collection, compaction, and restarts.
struct History {
    final class Time: Sendable {
        let seconds = Mutex<UInt64>(1000)
        func pass(_ count: UInt64) { seconds.withLock { $0 += count } }
    }

    let seed: UInt64
    let time = Time()
    var options = Store.Options()
    private var random: SeededGenerator
    private var blobs: [[UInt8]] = []

    init(seed: UInt64) {
        self.seed = seed
        random = SeededGenerator(seed: seed)
        options.chunkFileSize = 150_000
        options.leasePeriod = 100
        options.usageInterval = 1
        options.monotonicSeconds = { [time] in time.seconds.withLock { $0 } }
    }

    /// Runs `count` random steps on `store`, which is reopened now and then.
    mutating func run(_ count: Int, on store: inout Store, in temporary: TemporaryRoot) throws {
        for _ in 0..<count { try step(&store, temporary) }
    }

    private mutating func step(_ store: inout Store, _ temporary: TemporaryRoot) throws {
        let project = try store.makeProject(named: ["shop", "bank"].randomElement(using: &random) ?? "shop")
        switch random.next() % 22 {
        case 0..<6: try storeBlob(in: store, project)
        case 6..<12: try putRecord(in: store, project)
        case 12..<14: try deleteRecord(in: store, project)
        case 14: try share(in: store)
        case 15: time.pass(UInt64.random(in: 1...120, using: &random))
        case 16..<18: try collect(store)
        case 18..<20: try pack(store, project)
        case 20:
            for key in try store.keys(in: .step, prefix: [], limit: 5, project: project) {
                try store.touch(.step, key: key, project: project)
            }
        default:
            store.close()
            store = try temporary.open(options)
        }
    }

    private mutating func storeBlob(in store: Store, _ project: ProjectID) throws {
        var bytes: [UInt8]
        if let known = blobs.randomElement(using: &random), random.next() % 2 == 0 {
            bytes = known
            if random.next() % 3 > 0 {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes.insert(contentsOf: random.bytes(100), at: place)
            }
        } else {
            bytes = randomTar(&random, files: 3, sizeMaximum: 40_000)
        }
        blobs.append(bytes)
        if blobs.count > 12 { blobs.removeFirst() }
        try store.store(bytes, in: project)
    }

    private mutating func putRecord(in store: Store, _ project: ProjectID) throws {
        var references: [Reference] = []
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            guard let bytes = blobs.randomElement(using: &random) else { break }
            let digest = Digest(hashing: bytes)
            if try store.blob(digest, in: project) != nil { references.append(.blob(digest)) }
        }
        let table = [RecordTable.step, .alias, .manifest].randomElement(using: &random) ?? .step
        let key = [UInt8.random(in: 1...6, using: &random)]
        _ = try store.put(
            random.bytes(50), in: table, key: key, project: project,
            policy: random.next() % 4 == 0 ? .keepFirst : .replace, references: references)
        guard table == .manifest, random.next() % 2 == 0 else { return }
        _ = try store.put(
            random.bytes(20), in: .tag, key: key, project: project, references: [.record(.manifest, key)])
    }

    private mutating func deleteRecord(in store: Store, _ project: ProjectID) throws {
        let table = [RecordTable.step, .alias, .tag].randomElement(using: &random) ?? .step
        let keys = try store.keys(in: table, prefix: [], limit: 10, project: project)
        guard let key = keys.randomElement(using: &random) else { return }
        _ = try store.delete(in: table, key: key, project: project)
    }

    private mutating func pack(_ store: Store, _ project: ProjectID) throws {
        let digests = blobs.map { Digest(hashing: $0) }
        for digest in digests.suffix(3) where try store.blob(digest, in: project) != nil {
            try store.notePredecessors(digests.shuffled(using: &random), of: digest, in: project)
        }
        var steps = random.next() % 3 == 0 ? Int.random(in: 1...6, using: &random) : Int.max
        _ = try store.pack {
            steps -= 1
            return steps < 0
        }
    }

    private mutating func share(in store: Store) throws {
        guard let bytes = blobs.randomElement(using: &random) else { return }
        let (shop, bank) = (try store.makeProject(named: "shop"), try store.makeProject(named: "bank"))
        let digest = Digest(hashing: bytes)
        guard try store.blob(digest, in: shop) != nil else { return }
        try store.share([digest], from: shop, with: bank)
    }

    private mutating func collect(_ store: Store) throws {
        var policy = CollectionPolicy()
        policy.liveShareMinimum = [0.3, 0.75, 1.1].randomElement(using: &random) ?? 1
        if random.next() % 3 == 0 { policy.storeBytesMaximum = 600_000 }
        if random.next() % 2 == 0 { time.pass(250) }
        // Sometimes it is stopped in the middle.
        var steps = random.next() % 4 == 0 ? Int.random(in: 1...20, using: &random) : Int.max
        _ = try store.collect(policy) {
            steps -= 1
            return steps < 0
        }
    }
}

/// All that a store has: what must be the same after a rebuild.
struct Inventory: Hashable {
    /// Project, digest, and what is read.
    var blobs: [String: [UInt8]?] = [:]
    var tables: [String: EntryTable?] = [:]
    var records: [String: [UInt8]] = [:]

    init(of store: Store) throws {
        for (name, project) in try store.projects() {
            for digest in try store.blobDigests(in: project) {
                blobs["\(name) \(digest)"] = try store.contents(of: digest, in: project)
                tables["\(name) \(digest)"] = try store.entries(of: digest, in: project)
            }
            for table in RecordTable.allCases {
                for key in try store.keys(in: table, prefix: [], limit: .max, project: project) {
                    records["\(name) \(table) \(key)"] = try store.record(in: table, key: key, project: project)
                }
            }
        }
    }
}

extension Store {
    /// The digests of all blobs of a project.
    func blobDigests(in project: ProjectID) throws -> [Digest] {
        try use { core throws(StoreError) in
            try core.index.read { transaction throws(StoreError) in
                var digests: [Digest] = []
                try transaction.scan(transaction.databases.blobs, from: RowKey.number(project.number)) { key, _ in
                    guard key.integer(at: 0, as: UInt32.self).byteSwapped == project.number else { return false }
                    if let digest = Digest(rawBytes: key, at: 4) { digests.append(digest) }
                    return true
                }
                return digests
            }
        }
    }
}
