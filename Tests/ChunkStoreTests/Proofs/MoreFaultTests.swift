import Chunking
import SystemPackage
import TestSupport
import Testing

@testable import ChunkStore

/// Faults of the disk and of the clock that come at any moment.
@Suite struct MoreFaultTests {
    private let temporary: TemporaryRoot
    private let faults = Faults()

    init() throws {
        temporary = try TemporaryRoot.inMemory()
    }

    private func options(_ clock: TestClock) -> Store.Options {
        var options = Store.Options()
        options.chunkFileSize = 60_000
        options.leasePeriod = 100
        options.usageInterval = 1
        options.monotonicSeconds = { clock.now }
        return options
    }

    /// `EMFILE`: what needs a file that is not open fails, and works again when there are descriptors.
    @Test func withoutDescriptorsNothingIsTakenForDamage() throws {
        let clock = TestClock()
        var store = try temporary.open(options(clock), disk: faults.disk)
        let project = try store.makeProject(named: "shop")
        var random = SeededGenerator(seed: 1)
        let blobs = (0..<4).map { _ in random.bytes(50_000) }
        for bytes in blobs { try store.store(bytes, in: project) }
        store.close()
        store = try temporary.open(options(clock), disk: faults.disk)
        faults.set { $0.openError = .tooManyOpenFiles }
        for bytes in blobs {
            #expect(errorCode { _ = try store.contents(of: Digest(hashing: bytes), in: project) } == .io)
        }
        let more = random.bytes(150_000)
        let code = errorCode {
            try store.store(more, in: project)
            try store.store(random.bytes(90_000), in: project)
        }
        #expect(code == .io)
        faults.set { $0.openError = nil }
        for bytes in blobs { #expect(try store.contents(of: Digest(hashing: bytes), in: project) == bytes) }
        try store.store(more, in: project)
        #expect(try store.contents(of: Digest(hashing: more), in: project) == more)
        #expect(try store.check().isClean)
    }

    @Test(arguments: [Errno.ioError, .noSpace])
    func aDirectoryThatCannotBeSyncedStopsAllWrites(error: Errno) throws {
        let clock = TestClock()
        let store = try temporary.open(options(clock), disk: faults.disk)
        let project = try store.makeProject(named: "shop")
        var random = SeededGenerator(seed: 2)
        let first = random.bytes(70_000)
        try store.store(first, in: project)
        faults.set { $0.directoryError = error }
        // One of these begins another file.
        let codes = (0..<3).map { _ in errorCode { try store.store(random.bytes(40_000), in: project) } }
        #expect(codes.contains(.poisoned) && codes.allSatisfy { $0 == nil || $0 == .poisoned })
        faults.set { $0.directoryError = nil }
        #expect(errorCode { try store.store(random.bytes(5000), in: project) } == .poisoned)
        #expect(try store.contents(of: Digest(hashing: first), in: project) == first)
        store.close()
        let again = try temporary.open(options(clock))
        #expect(try again.contents(of: Digest(hashing: first), in: project) == first)
        #expect(try again.check().isClean)
    }

    @Test func aWriteThatCannotBeCutOffStopsAllWrites() throws {
        let clock = TestClock()
        let store = try temporary.open(options(clock), disk: faults.disk)
        let project = try store.makeProject(named: "shop")
        faults.set {
            $0.writesLeft = 0
            $0.tornBytes = 50
            $0.truncateError = .ioError
        }
        #expect(errorCode { _ = try store.put([1], in: .tag, key: [1], project: project) } == .diskFull)
        faults.set {
            $0.writesLeft = nil
            $0.truncateError = nil
        }
        #expect(errorCode { _ = try store.put([1], in: .tag, key: [1], project: project) } == .poisoned)
        store.close()
        let again = try temporary.open(options(clock))
        #expect(try again.put([1], in: .tag, key: [1], project: project))
        #expect(try again.check().isClean)
    }

    /// A collection that meets a fault at its n-th write loses nothing and can be done again.
    @Test(arguments: 0..<12)
    func collectionOnADiskThatFails(writes: Int) throws {
        let clock = TestClock()
        let store = try temporary.open(options(clock), disk: faults.disk)
        let project = try store.makeProject(named: "shop")
        var random = SeededGenerator(seed: 3)
        let blobs = (0..<8).map { _ in randomTar(&random, files: 2, sizeMaximum: 30_000) }
        for (number, bytes) in blobs.enumerated() {
            let digest = try store.store(bytes, in: project).digest
            guard number % 2 == 0 else { continue }
            _ = try store.put([1], in: .tag, key: [UInt8(number)], project: project, references: [.blob(digest)])
        }
        clock.pass(300)
        faults.set { $0.writesLeft = writes }
        let code = errorCode { _ = try store.collect() }
        #expect(code == nil || code == .diskFull)
        faults.set { $0.writesLeft = nil }
        _ = try store.collect()
        for (number, bytes) in blobs.enumerated() {
            let read = try store.contents(of: Digest(hashing: bytes), in: project)
            #expect(read == (number % 2 == 0 ? bytes : nil))
        }
        let report = try store.check()
        #expect(report.isClean, "after \(writes) writes: \(report.findings.map(\.text))")
    }

    @Test func aClockThatJumpsLosesNothing() throws {
        let clock = TestClock()
        var store = try temporary.open(options(clock))
        let project = try store.makeProject(named: "shop")
        var random = SeededGenerator(seed: 4)
        let (kept, fresh) = (random.bytes(20_000), random.bytes(20_000))
        let digest = try store.store(kept, in: project).digest
        _ = try store.put([1], in: .tag, key: [1], project: project, references: [.blob(digest)])
        for jump in [UInt64(0), 5, 1 << 20, 1 << 31, 1 << 40, 1 << 62, 3] {
            clock.set(jump)
            try store.store(fresh, in: project)
            _ = try store.collect()
            #expect(try store.contents(of: digest, in: project) == kept, "at \(jump)")
            #expect(try store.contents(of: Digest(hashing: fresh), in: project) == fresh, "at \(jump)")
            if jump == 1 << 40 {
                store.close()
                store = try temporary.open(options(clock))
            }
        }
        #expect(try store.check().isClean)
    }
}
