import Chunking
import Synchronization
import TestSupport
import Testing

@testable import ChunkStore

/// Reading ahead changes how long reading takes, and nothing else.
@Suite struct ReadingTests {
    private let temporary: TemporaryRoot
    private let store: Store
    private let project: ProjectID
    private let layers: [(digest: Digest, bytes: [UInt8])]

    init() throws {
        temporary = try TemporaryRoot()
        let store = try temporary.open()
        let project = try store.makeProject(named: "shop")
        (self.store, self.project) = (store, project)
        var random = SeededGenerator(seed: 1)
        var layers: [(digest: Digest, bytes: [UInt8])] = []
        for _ in 0..<3 {
            // Several frames of each stream, and runs of chunks as well as small pieces.
            let large = (name: "large", bytes: random.bytes(2_000_000))
            let small = (0..<400).map { (name: "small\($0)", bytes: random.bytes(Int($0) * 3)) }
            let bytes = tar(small + [large] + small.map { ("again/\($0.name)", $0.bytes) })
            layers.append((try store.store(bytes, in: project).digest, bytes))
        }
        self.layers = layers
    }

    /// Reads parts of lengths that are drawn, in as few parts as they are lent.
    private static func read(
        _ digest: Digest, _ range: Range<UInt64>, of store: Store, _ project: ProjectID, seed: UInt64
    ) throws -> [UInt8]? {
        guard var reader = try store.read(digest, range: range, in: project) else { return nil }
        var random = SeededGenerator(seed: seed)
        var bytes: [UInt8] = []
        while reader.remaining > 0 {
            let maximum = Int.random(in: 1...1_500_000, using: &random)
            let before = bytes.count
            let count = try reader.read(maximum: maximum) { bytes.append(copying: $0) }
            guard count == bytes.count - before, count > 0, count <= maximum else { return nil }
        }
        return bytes
    }

    @Test func manyReadersAtOnceGetWhatWasStored() throws {
        let wrong = Mutex<[UInt64]>([])
        try parallel(count: 6) { [store, project, layers] number in
            var random = SeededGenerator(seed: number)
            for _ in 0..<6 {
                let (digest, bytes) = layers[Int.random(in: layers.indices, using: &random)]
                let start = Int.random(in: 0..<bytes.count, using: &random)
                let end = Int.random(in: start..<bytes.count, using: &random)
                let found = try? Self.read(digest, UInt64(start)..<UInt64(end), of: store, project, seed: number)
                if found != Array(bytes[start..<end]) { wrong.withLock { $0.append(number) } }
            }
        }
        #expect(wrong.withLock { $0 } == [], "seeds of readers")
    }

    @Test func aStoreClosesWhileFramesAreReadAhead() throws {
        for (digest, bytes) in layers {
            guard var reader = try store.read(digest, in: project) else {
                Issue.record("a layer is not there")
                return
            }
            var read: [UInt8] = []
            _ = try reader.read(into: &read, maximum: 100_000)
            #expect(read == Array(bytes.prefix(100_000)))
            if digest == layers.last?.digest {
                store.close()
                #expect(errorCode { _ = try reader.read(into: &read, maximum: 100) } == .closed)
            }
        }
        let again = try temporary.open()
        for (digest, bytes) in layers { #expect(try again.contents(of: digest, in: project) == bytes) }
    }

    @Test func oneOfTwoWhoWantAFrameMakesIt() throws {
        let cache = FrameCache()
        let location = Location(file: 1, length: 100, offset: 64)
        let made = Atomic(0)
        let gotten = Atomic(0)
        try parallel(count: 4) { number in
            let frame = try? cache.frame(at: location, hashed: false) {
                made.add(1, ordering: .relaxed)
                return DecodedFrame(chunks: [], bytes: [UInt8(number)], isHashed: false)
            }
            if frame != nil { gotten.add(1, ordering: .relaxed) }
        }
        #expect(made.load(ordering: .relaxed) == 1 && gotten.load(ordering: .relaxed) == 4)
        // One that was not hashed is not what is asked for.
        let hashed = try cache.frame(at: location, hashed: true) {
            DecodedFrame(chunks: [], bytes: [9], isHashed: true)
        }
        #expect(hashed?.bytes == [9])
        #expect(try cache.frame(at: location, hashed: false, make: { nil })?.bytes == [9])
    }

    @Test func whoWaitedForAFrameThatFailedTriesAgain() throws {
        let cache = FrameCache()
        let location = Location(file: 1, length: 100, offset: 64)
        let tries = Atomic(0)
        try parallel(count: 4) { _ in
            _ = try? cache.frame(at: location, hashed: false) {
                tries.add(1, ordering: .relaxed)
                return nil
            }
        }
        #expect(tries.load(ordering: .relaxed) == 4)
    }

    @Test func memoryThatSomebodyStillReadsIsNotWrittenTo() {
        let pool = BytePool()
        var first = pool.take(100_000)
        first.append(contentsOf: repeatElement(1, count: 100_000))
        pool.give(first)
        var second = pool.take(90_000)
        #expect(second.isEmpty && second.capacity >= 90_000)
        second.append(contentsOf: repeatElement(2, count: 90_000))
        #expect(first.allSatisfy { $0 == 1 } && first.count == 100_000)
    }

    /// Calls `body` on `count` threads at once and waits for all.
    private func parallel(count: UInt64, _ body: @escaping @Sendable (UInt64) -> Void) throws {
        let stages = (0..<count).map { number in
            Stage<UInt64>(byteMaximum: 1) { _ throws(StoreError) in body(number) }
        }
        for stage in stages {
            try stage.startThreads()
            try stage.put(0, byteCount: 0)
        }
        for stage in stages { try stage.finish() }
    }
}
