import Chunking
import Compression
import SystemPackage
import TestSupport
import Testing

@testable import ChunkStore

/// Blobs so long that they are hashed, looked up and compressed on threads.
@Suite struct LongBlobTests {
    private let temporary: TemporaryRoot
    private let faults = Faults()
    private let store: Store
    private let project: ProjectID

    init() throws {
        temporary = try TemporaryRoot()
        store = try temporary.open(disk: faults.disk)
        project = try store.makeProject(named: "shop")
    }

    /// A tar of a few MiB, a part of which occurs twice.
    private func longTar(_ random: inout SeededGenerator) -> [UInt8] {
        let twice = random.bytes(600_000)
        var files = (0..<30).map { number in
            ("dir/\(number)", random.bytes(Int.random(in: 0...200_000, using: &random)))
        }
        files.append(("first", twice))
        files.append(("empty", [UInt8](repeating: 0, count: 700_000)))
        files.append(("second", twice))
        return tar(files)
    }

    /// Writes `bytes` in parts of 1 to `longest` bytes.
    private func write(
        _ bytes: [UInt8], longest: Int, to writer: inout BlobWriter, _ random: inout SeededGenerator
    ) throws {
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: 1...longest, using: &random))
            unsafe try writer.write(bytes.span.bytes.extracting(start..<end))
            start = end
        }
    }

    private func store(
        _ bytes: [UInt8], longest: Int, in store: Store, _ random: inout SeededGenerator
    ) throws -> BlobInfo {
        var writer = store.beginBlob(in: project)
        try write(bytes, longest: longest, to: &writer, &random)
        #expect(writer.size == UInt64(bytes.count))
        return try writer.commit(expecting: Digest(hashing: bytes))
    }

    private func commitError(_ writer: consuming BlobWriter, expecting digest: Digest? = nil) -> StoreError.Code? {
        do throws(StoreError) {
            _ = try writer.commit(expecting: digest)
            return nil
        } catch {
            return error.code
        }
    }

    /// The chunks of each frame that holds some of the layer.
    private func frames(of recipe: Recipe, in store: Store) throws -> [[ChunkReference]] {
        var reader = try store.frames(holding: (recipe.headers + recipe.payload).map(\.id), in: project)
        var frames: [[ChunkReference]] = []
        while let frame = try reader.next() { frames.append(frame.chunks) }
        return frames
    }

    @Test("however it arrives, a blob becomes what the splitter makes of it", arguments: seeds)
    func equality(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let bytes = longTar(&random)
        let expected = split(bytes).result
        var first: [[ChunkReference]]?
        for longest in [700, 65_536, .max / 2] {
            let temporary = try TemporaryRoot()
            let store = try temporary.open()
            _ = try store.makeProject(named: "shop")
            let info = try self.store(bytes, longest: longest, in: store, &random)
            #expect(info.isLayer)
            #expect(try store.recipe(of: info.digest, in: project) == expected.recipe)
            #expect(try store.entries(of: info.digest, in: project) == expected.entries)
            #expect(try store.contents(of: info.digest, in: project) == bytes)
            // The frames are the same too.
            let frames = try frames(of: expected.recipe, in: store)
            #expect(frames == first ?? frames)
            first = frames
        }
    }

    @Test func opaqueBytes() throws {
        var random = SeededGenerator(seed: 1)
        let bytes = random.bytes(3_000_000)
        let info = try store(bytes, longest: 1 << 20, in: store, &random)
        #expect(!info.isLayer)
        #expect(try store.contents(of: info.digest, in: project) == bytes)
    }

    @Test("a disk that fills up leaves nothing of the blob", arguments: 0..<12)
    func fullDisk(writes: Int) throws {
        var random = SeededGenerator(seed: 2)
        let bytes = longTar(&random)
        faults.set {
            $0.writesLeft = writes
            $0.tornBytes = 100
        }
        #expect(errorCode { _ = try store(bytes, longest: 65_536, in: store, &random) } == .diskFull)
        #expect(try store.blob(Digest(hashing: bytes), in: project) == nil)
        faults.set { $0.writesLeft = nil }
        let info = try store(bytes, longest: 65_536, in: store, &random)
        #expect(try store.contents(of: info.digest, in: project) == bytes)
    }

    @Test("an error comes again with every further call")
    func errorStays() throws {
        var random = SeededGenerator(seed: 3)
        let bytes = longTar(&random)
        faults.set {
            $0.writesLeft = 0
            $0.writeError = .ioError
        }
        var writer = store.beginBlob(in: project)
        var failure: StoreError.Code?
        for _ in 0..<20 where failure == nil {
            failure = errorCode { unsafe try writer.write(bytes.span.bytes) }
        }
        #expect(failure == .io)
        #expect(errorCode { unsafe try writer.write(bytes.span.bytes) } == .io)
        #expect(commitError(writer) == .io)
    }

    @Test("a writer that is dropped leaves nothing, wherever it was")
    func dropped() throws {
        var random = SeededGenerator(seed: 4)
        let bytes = longTar(&random)
        for count in [1_000_000, 1_100_000, bytes.count] {
            var writer = store.beginBlob(in: project)
            try write(Array(bytes.prefix(count)), longest: 100_000, to: &writer, &random)
        }
        #expect(try store.blob(Digest(hashing: bytes), in: project) == nil)
        #expect(try store.statistics().chunks == 0)
        // Closing waits for calls under way: none are left behind.
        store.close()
        let reopened = try temporary.open()
        let info = try store(bytes, longest: 1 << 20, in: reopened, &random)
        #expect(try reopened.contents(of: info.digest, in: project) == bytes)
    }

    @Test func anotherDigestThanExpected() throws {
        var random = SeededGenerator(seed: 5)
        let bytes = random.bytes(2_000_000)
        var writer = store.beginBlob(in: project)
        unsafe try writer.write(bytes.span.bytes)
        #expect(commitError(writer, expecting: Digest(hashing: [1])) == .invalidContent)
        #expect(try store.blob(Digest(hashing: bytes), in: project) == nil)
    }

    @Test func storeThatIsClosedMeanwhile() throws {
        var random = SeededGenerator(seed: 6)
        let bytes = random.bytes(2_000_000)
        var writer = store.beginBlob(in: project)
        unsafe try writer.write(bytes.span.bytes)
        store.close()
        #expect(commitError(writer) == .closed)
    }

    @Test("many at once", .timeLimit(.minutes(5)))
    func concurrent() async throws {
        let (store, project) = (store, project)
        var random = SeededGenerator(seed: 7)
        let shared = random.bytes(1_000_000)
        let blobs = (0..<6).map { _ in random.bytes(800_000) + shared }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for bytes in blobs {
                group.addTask {
                    let digest = try store.store(bytes, in: project).digest
                    #expect(try store.contents(of: digest, in: project) == bytes)
                }
            }
            try await group.waitForAll()
        }
    }
}
