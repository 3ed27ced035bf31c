import Chunking
import Glibc
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import ChunkStore

/// What was acknowledged outlasts every crash, and nothing that is read after one is wrong.
@Suite struct CrashTests {
    /// A root as it was at one moment.
    private struct Image {
        let root: TemporaryRoot
        let acknowledged: [[UInt8]]
        let synced: [String: UInt64]
        /// What the directory of chunk files held when it was last synced.
        let names: [String]
    }

    /// Stores a few blobs and a record after each, and keeps an image of the root before each change to the disk.
    private func images(_ blobs: [[UInt8]]) throws -> [Image] {
        let temporary = try TemporaryRoot()
        let faults = Faults()
        var options = Store.Options()
        options.chunkFileSize = 150_000
        let store = try temporary.open(options, disk: faults.disk)
        let project = try store.makeProject(named: "shop")
        let log = Log()
        faults.set {
            $0.beforeChange = {
                guard let copy = try? TemporaryRoot(), (try? copyTree(temporary.root, to: copy.root)) != nil else {
                    return
                }
                log.state.withLock { state in
                    state.images.append(
                        Image(
                            root: copy, acknowledged: state.acknowledged, synced: faults.synced,
                            names: faults.durableNames))
                }
            }
        }
        for (number, bytes) in blobs.enumerated() {
            try store.store(bytes, in: project)
            log.state.withLock { $0.acknowledged.append(bytes) }
            _ = try store.put([UInt8(number)], in: .tag, key: [UInt8(number)], project: project)
        }
        store.close()
        return log.state.withLock { $0.images }
    }

    private final class Log: Sendable {
        let state = Mutex((acknowledged: [[UInt8]](), images: [Image]()))
    }

    private func check(_ image: Image, _ blobs: [[UInt8]], _ note: String) throws {
        let store = try image.root.open()
        let project = try #require(try store.project(named: "shop"), "\(note)")
        for bytes in image.acknowledged {
            #expect(try store.contents(of: Digest(hashing: bytes), in: project) == bytes, "\(note)")
        }
        for number in image.acknowledged.indices.dropLast() {
            #expect(try store.record(in: .tag, key: [UInt8(number)], project: project) == [UInt8(number)], "\(note)")
        }
        for bytes in blobs.dropFirst(image.acknowledged.count) {
            let read = try store.contents(of: Digest(hashing: bytes), in: project)
            #expect(read == nil || read == bytes, "\(note)")
            try store.store(bytes, in: project)
            #expect(try store.contents(of: Digest(hashing: bytes), in: project) == bytes, "\(note)")
        }
    }

    private static func blobs(_ random: inout SeededGenerator) -> [[UInt8]] {
        (0..<4).map { _ in randomTar(&random, files: 3, sizeMaximum: 60_000) }
    }

    @Test func killedBeforeEveryChangeOfTheDisk() throws {
        var random = SeededGenerator(seed: 1)
        let blobs = Self.blobs(&random)
        let images = try images(blobs)
        #expect(images.count > 20)
        for (number, image) in images.enumerated() { try check(image, blobs, "image \(number)") }
    }

    @Test(arguments: [UInt64(2), .random(in: 3 ... .max)])
    func lossOfPowerBeforeEveryChangeOfTheDisk(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let blobs = Self.blobs(&random)
        for (number, image) in try images(blobs).enumerated() {
            for file in try image.root.chunkFiles() {
                let name = file.lastComponent?.string ?? ""
                guard image.names.contains(name) else {
                    // Its name was never made durable.
                    if Bool.random(using: &random) { TemporaryRoot.remove(file) }
                    continue
                }
                // What was not synced is there, is not, or is something else.
                var bytes = try contents(of: file)
                let kept = Int(image.synced[name] ?? 0)
                let lost = bytes.count - min(kept, bytes.count)
                bytes.removeLast(lost)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: break
                case 1: bytes += [UInt8](repeating: 0, count: lost)
                default: bytes += random.bytes(Int.random(in: 0...(lost + 100), using: &random))
                }
                try write(bytes, to: file)
            }
            try check(image, blobs, "seed \(seed), image \(number)")
        }
    }

    /// A process that stores blobs with four threads until it is killed by one that holds a snapshot of the index.
    @Test(arguments: [1, 3, 8])
    func killedWhileItStores(count: Int) async throws {
        let temporary = try TemporaryRoot()
        let (root, log) = (temporary.root.string, temporary.path.appending("log").string)
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [root = root as String, log = log as String, count = count as Int] in
            try Self.storeUntilKilled(root: FilePath(root), log: FilePath(log), count: count)
        }
        let acknowledged = try contents(of: FilePath(log))
        #expect(acknowledged.count >= count)
        let store = try temporary.open()
        let project = try #require(try store.project(named: "shop"))
        for number in acknowledged {
            let bytes = Self.blob(number)
            #expect(try store.contents(of: Digest(hashing: bytes), in: project) == bytes, "blob \(number)")
        }
        for number in UInt8(0)..<40 {
            let bytes = Self.blob(number)
            let read = try store.contents(of: Digest(hashing: bytes), in: project)
            #expect(read == nil || read == bytes, "blob \(number)")
            try store.store(bytes, in: project)
            #expect(try store.contents(of: Digest(hashing: bytes), in: project) == bytes, "blob \(number)")
        }
    }

    private static func blob(_ number: UInt8) -> [UInt8] {
        var random = SeededGenerator(seed: UInt64(number))
        return randomTar(&random, files: 2, sizeMaximum: 90_000)
    }

    private static func storeUntilKilled(root: FilePath, log: FilePath, count: Int) throws {
        var options = Store.Options()
        options.chunkFileSize = 300_000
        let store = try Store(opening: root, options: options, logger: quiet)
        let project = try store.makeProject(named: "shop")
        let file = try FileDescriptor.open(
            log, .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)
        let progress = Progress()
        @Sendable func storeSome() {
            while true {
                let number = UInt8(progress.begun.add(1, ordering: .relaxed).oldValue % 40)
                guard (try? store.store(blob(number), in: project)) != nil,
                    (try? file.writeAll([number])) != nil
                else { return }
                guard progress.ended.add(1, ordering: .relaxed).newValue == count else { continue }
                try? store.use { core throws(StoreError) in
                    try core.index.read { _ in _ = kill(getpid(), SIGKILL) }
                }
            }
        }
        for _ in 0..<3 { _ = try DedicatedThread(storeSome) }
        storeSome()
    }

    private final class Progress: Sendable {
        let begun = Atomic(0)
        let ended = Atomic(0)
    }
}
