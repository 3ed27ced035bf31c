import ChunkStore
import Chunking
import Glibc
import Synchronization

/// Reads and writes at a steady pace while layers come in, for a while without and for a while with background work.
final class UpkeepBench: Sendable {
    /// What is timed.
    private enum Action: String, CaseIterable {
        case readSmall = "read-4KiB"
        case readLarge = "read-1MiB"
        case writeSmall = "write-4KiB"
    }

    private static let largeSize = 1 << 20
    private static let smallSize = 4 << 10
    private static let partsPerLayer = 40
    /// How long each of the three waits from the end of one action to the next. Microseconds.
    private static let pause: UInt32 = 5_000
    /// How long the one who brings layers waits. Microseconds.
    private static let ingestPause: UInt32 = 500_000

    private let store: Store
    private let project: ProjectID
    private let layers: [CorpusLayer]
    private let written = Atomic(UInt64(0))
    private let packed = Atomic(UInt64(0))
    private let freed = Atomic(UInt64(0))

    init(store: Store, project: ProjectID, layers: [CorpusLayer]) {
        self.store = store
        self.project = project
        self.layers = layers
    }

    func run(rounds: Int, for duration: Duration) throws {
        let (small, large) = try fill()
        let intake = IngestLoad(store: store, project: project, layers: layers)
        let ingest = Load { number in
            try intake.ingestVariant(number)
            usleep(Self.ingestPause)
        }
        var quiet: [Action: Samples] = [:]
        var busy: [Action: Samples] = [:]
        for _ in 1...rounds {
            try measure(into: &quiet, small, large, for: duration)
            let upkeep = beginUpkeep()
            try measure(into: &busy, small, large, for: duration)
            try upkeep()
        }
        Row("upkeep-ingested", Double(try ingest.stop() * 16), "MiB").print()
        Row("upkeep-packed", Double(packed.load(ordering: .relaxed)) / 1e6, "MB").print()
        Row("upkeep-freed", Double(freed.load(ordering: .relaxed)) / 1e6, "MB").print()
        report(quiet, busy)
    }

    private func report(_ quiet: [Action: Samples], _ busy: [Action: Samples]) {
        var most = -Double.infinity
        for action in Action.allCases {
            guard let without = quiet[action], let with = busy[action] else { continue }
            for (state, samples) in [("without", without), ("with", with)] {
                Row("upkeep-\(action.rawValue)-\(state)-median", samples.quantile(0.5), "ms").print()
                Row("upkeep-\(action.rawValue)-\(state)-p99", samples.quantile(0.99), "ms").print()
            }
            most = max(most, with.quantile(0.99) - without.quantile(0.99))
        }
        Row("upkeep-p99-added", most, "ms").print()
    }

    /// Stores the blobs that are read later; a record keeps them.
    private func fill() throws -> (small: [Digest], large: [Digest]) {
        var small: [Digest] = []
        var large: [Digest] = []
        for layer in layers {
            let file = try MappedFile(layer.path)
            let count = min(Self.partsPerLayer, file.byteCount / Self.largeSize)
            for number in 0..<count {
                let bytes = file.withBytes { all in
                    let start = file.byteCount / count * number
                    return [UInt8](copying: all.extracting(start..<min(start + Self.largeSize, all.byteCount)))
                }
                large.append(try put(bytes))
                small.append(try put(Array(bytes.prefix(Self.smallSize))))
            }
        }
        _ = try store.put(
            [], in: .manifest, key: Array("sample".utf8), project: project,
            references: (small + large).map(Reference.blob))
        return (small, large)
    }

    private func put(_ bytes: [UInt8]) throws -> Digest {
        var writer = store.beginBlob(in: project)
        try unsafe writer.write(bytes.span.bytes)
        return try writer.commit(expecting: nil).digest
    }

    private func read(_ digest: Digest) throws {
        guard var reader = try store.read(digest, in: project) else {
            throw BenchError("\(digest) is not in the store any more")
        }
        while try reader.read(maximum: 1 << 20, onPart: { _ in }) > 0 {}
    }

    private func writeNew() throws {
        var number = written.add(1, ordering: .relaxed).newValue
        let bytes = (0..<Self.smallSize).map { _ in
            // Something that does not shrink; a generator with good bits is not needed.
            number = number &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: number >> 33)
        }
        _ = try put(bytes)
    }

    private func measure(
        into samples: inout [Action: Samples], _ small: [Digest], _ large: [Digest], for duration: Duration
    ) throws {
        let end = ContinuousClock.now + duration
        let all = Mutex<[Action: Samples]>([:])
        let loads = Action.allCases.map { action in
            Load { [self] _ in
                var one = Samples()
                try one.measure {
                    switch action {
                    case .readSmall: try read(small[Int.random(in: small.indices)])
                    case .readLarge: try read(large[Int.random(in: large.indices)])
                    case .writeSmall: try writeNew()
                    }
                }
                all.withLock { $0[action, default: Samples()].add(one) }
                usleep(Self.pause)
            }
        }
        while ContinuousClock.now < end { usleep(10_000) }
        for load in loads { _ = try load.stop() }
        for (action, more) in all.withLock({ $0 }) { samples[action, default: Samples()].add(more) }
    }

    /// Collects, compacts and packs until the function that is returned is called.
    private func beginUpkeep() -> () throws -> Void {
        let isStopping = Flag()
        let load = Load { [self] _ in
            freed.add(try store.collect { isStopping.isSet }.freedBytes, ordering: .relaxed)
            packed.add(UInt64(try store.pack { isStopping.isSet }.rawBytes), ordering: .relaxed)
            usleep(10_000)
        }
        return {
            isStopping.set()
            _ = try load.stop()
        }
    }
}

/// Set once, from any thread.
private final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .relaxed) }

    func set() { value.store(true, ordering: .relaxed) }
}
