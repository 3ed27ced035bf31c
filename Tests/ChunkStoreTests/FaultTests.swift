import Chunking
import SystemPackage
import TestSupport
import Testing

@testable import ChunkStore

@Suite struct FaultTests {
    private let temporary: TemporaryRoot
    private let faults = Faults()
    private let store: Store
    private let project: ProjectID

    init() throws {
        temporary = try TemporaryRoot()
        store = try temporary.open(disk: faults.disk)
        project = try store.makeProject(named: "shop")
    }

    @Test func fullDiskStopsNothingElse() throws {
        var random = SeededGenerator(seed: 1)
        let before = random.bytes(300_000)
        let digest = try store.store(before, in: project).digest
        faults.set {
            $0.writesLeft = 0
            $0.tornBytes = 1000
        }
        let length = try contents(of: try #require(try temporary.chunkFiles().first)).count
        let more = random.bytes(400_000)
        #expect(errorCode { try store.store(more, in: project) } == .diskFull)
        #expect(errorCode { _ = try store.put([1], in: .tag, key: [1], project: project) } == .diskFull)
        // What was torn is cut off, and reads go on.
        #expect(try contents(of: try #require(try temporary.chunkFiles().first)).count == length)
        #expect(try store.contents(of: digest, in: project) == before)
        #expect(try store.record(in: .tag, key: [1], project: project) == nil)
        faults.set { $0.writesLeft = nil }
        let stored = try store.store(more, in: project).digest
        #expect(try store.put([1], in: .tag, key: [1], project: project))
        store.close()
        let reopened = try temporary.open()
        #expect(try reopened.contents(of: digest, in: project) == before)
        #expect(try reopened.contents(of: stored, in: project) == more)
    }

    @Test(arguments: 0..<8)
    func diskThatFillsUpInTheMiddle(writes: Int) throws {
        var random = SeededGenerator(seed: 2)
        let bytes = randomTar(&random, files: 10, sizeMaximum: 150_000)
        faults.set {
            $0.writesLeft = writes
            $0.tornBytes = 17
        }
        let code = errorCode { try store.store(bytes, in: project) }
        #expect(code == nil || code == .diskFull)
        let digest = Digest(hashing: bytes)
        #expect(try store.contents(of: digest, in: project) == (code == nil ? bytes : nil))
        faults.set { $0.writesLeft = nil }
        try store.store(bytes, in: project)
        #expect(try store.contents(of: digest, in: project) == bytes)
    }

    @Test func writeErrorIsReported() throws {
        faults.set {
            $0.writesLeft = 0
            $0.writeError = .ioError
        }
        #expect(errorCode { _ = try store.put([1], in: .tag, key: [1], project: project) } == .io)
        faults.set { $0.writesLeft = nil }
        #expect(try store.put([1], in: .tag, key: [1], project: project))
    }

    @Test func syncErrorStopsAllWrites() throws {
        var random = SeededGenerator(seed: 3)
        let bytes = random.bytes(100_000)
        let digest = try store.store(bytes, in: project).digest
        faults.set { $0.syncError = .ioError }
        #expect(errorCode { _ = try store.put([1], in: .tag, key: [1], project: project) } == .poisoned)
        // A second sync might succeed without having written anything: it is not asked.
        faults.set { $0.syncError = nil }
        #expect(errorCode { _ = try store.put([1], in: .tag, key: [1], project: project) } == .poisoned)
        #expect(errorCode { try store.store(random.bytes(1000), in: project) } == .poisoned)
        #expect(try store.record(in: .tag, key: [1], project: project) == nil)
        #expect(try store.contents(of: digest, in: project) == bytes)
        store.close()
        let reopened = try temporary.open()
        #expect(try reopened.contents(of: digest, in: project) == bytes)
        #expect(try reopened.record(in: .tag, key: [1], project: project) == nil)
        #expect(try reopened.put([1], in: .tag, key: [1], project: project))
    }

    @Test func shortWritesAreContinued() throws {
        faults.set { $0.isShort = true }
        var random = SeededGenerator(seed: 4)
        let bytes = randomTar(&random, files: 5, sizeMaximum: 150_000)
        let digest = try store.store(bytes, in: project).digest
        #expect(try store.contents(of: digest, in: project) == bytes)
        store.close()
        #expect(try temporary.open().contents(of: digest, in: project) == bytes)
    }

    @Test func readErrorIsNotTakenForDamage() throws {
        var random = SeededGenerator(seed: 5)
        let bytes = random.bytes(100_000)
        let digest = try store.store(bytes, in: project).digest
        faults.set { $0.readError = .ioError }
        #expect(errorCode { _ = try store.contents(of: digest, in: project) } == .io)
        faults.set { $0.readError = nil }
        #expect(try store.contents(of: digest, in: project) == bytes)
    }

    @Test func roomIsLeftForTheIndex() throws {
        var random = SeededGenerator(seed: 6)
        let bytes = random.bytes(100_000)
        #expect(try store.put([1], in: .tag, key: [1], project: project))
        faults.set { $0.freeBytes = 4 << 20 }
        #expect(errorCode { try store.store(bytes, in: project) } == .diskFull)
        #expect(try store.delete(in: .tag, key: [1], project: project))
        faults.set { $0.freeBytes = 0 }
        #expect(errorCode { _ = try store.put([1], in: .tag, key: [1], project: project) } == .diskFull)
        faults.set { $0.freeBytes = nil }
        try store.store(bytes, in: project)
    }

    @Test func oneJobThatFailsDoesNotFailTheOthers() async throws {
        let (store, project) = (store, project)
        let absent = Digest(hashing: [1])
        await withTaskGroup(of: Void.self) { group in
            for number in UInt8(0)..<40 {
                group.addTask {
                    let isBad = number % 4 == 0
                    let code = errorCode {
                        _ = try store.put(
                            [number], in: .step, key: [number], project: project,
                            references: isBad ? [.blob(absent)] : [])
                    }
                    #expect(code == (isBad ? .missingContent : nil))
                }
            }
        }
        #expect(try store.statistics().steps == 30)
    }

    @Test func undoneChangesAreVoided() throws {
        let sequences = try store.use { core throws(StoreError) in
            let failing = Result { () throws(StoreError) in
                try core.writer.perform { batch throws(StoreError) in
                    _ = try batch.append(.tombstone, project: nil) { $0 += [1, 0, 0] }
                    throw StoreError(.io, "half-way")
                }
            }
            #expect(throws: StoreError.self) { try failing.get() }
            return 1
        }
        #expect(sequences == 1)
        #expect(try store.put([1], in: .tag, key: [1], project: project))
        let file = try #require(try temporary.chunkFiles().first)
        let kinds = try records(of: file).map(\.kind)
        #expect(kinds == [.project, .tombstone, .void, .record])
    }
}

/// The headers of a chunk file's records.
func records(of path: FilePath) throws -> [RecordHeader] {
    let file = try OpenFile(1, at: path, mode: .readOnly, disk: .system)
    var scanner = RecordScanner(file, end: try Disk.system.length(file.descriptor), disk: .system)
    var headers: [RecordHeader] = []
    while let (_, header) = try scanner.next() { headers.append(header) }
    return headers
}
