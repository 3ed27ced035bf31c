import Chunking
import Compression
import SystemPackage
import Testing

@testable import ChunkStore

/// What another version wrote is refused with a message, or left alone, but never taken for something else.
@Suite struct VersionTests {
    private let temporary: TemporaryRoot

    init() throws {
        temporary = try TemporaryRoot()
    }

    private func error(_ body: () throws -> Void) -> StoreError? {
        do {
            try body()
            return nil
        } catch {
            return error as? StoreError
        }
    }

    private func fill() throws {
        let store = try temporary.open()
        let project = try store.makeProject(named: "shop")
        try store.store(Array("content".utf8), in: project)
        store.close()
    }

    @Test func aRootOfAnotherFormat() throws {
        try fill()
        try write(Array("larder 2\n".utf8), to: temporary.root.appending("format"))
        for body in [
            { _ = try temporary.open() }, { _ = try Store.check(temporary.root) },
            { _ = try Store.rebuild(temporary.root, options: Store.Options(), disk: .system) },
            { _ = try Store.repair(temporary.root, options: Store.Options(), disk: .system) },
        ] as [() throws -> Void] {
            let error = error(body)
            #expect(error?.code == .unsupportedFormat)
            #expect(error?.description.contains("larder 2") == true)
        }
    }

    @Test func aChunkFileOfAnotherVersion() throws {
        try fill()
        let file = try #require(try temporary.chunkFiles().first)
        var bytes = try contents(of: file)
        bytes[8] = 2
        let checksum = unsafe RootSalt.unsaltedChecksum(bytes.span.bytes.extracting(first: 56))
        for position in 0..<8 { bytes[56 + position] = UInt8(truncatingIfNeeded: checksum >> (8 * UInt64(position))) }
        try write(bytes, to: file)
        let opening = error { _ = try temporary.open() }
        #expect(opening?.code == .unsupportedFormat)
        let rebuilding = error { _ = try Store.rebuild(temporary.root, options: Store.Options(), disk: .system) }
        #expect(rebuilding?.code == .unsupportedFormat)
        #expect(rebuilding?.description.contains("version 2") == true)
        #expect(try contents(of: file) == bytes)
    }

    @Test func aFrameOfAnotherVersion() throws {
        var bytes: [UInt8] = []
        let chunk = ChunkReference(id: Digest(hashing: [1]), length: 1)
        Frame(codec: .stored, chunks: [chunk], payload: [1]).encode(into: &bytes)
        bytes[4] += 1
        #expect(throws: CompressionError.self) { unsafe try Frame(decoding: bytes.span.bytes) }
    }

    @Test func aRecipeOfAnotherVersion() throws {
        var bytes = split(Array("content".utf8)).result.recipe.encoded()
        #expect(throws: Never.self) { unsafe try Recipe(decoding: bytes.span.bytes) }
        bytes[0] += 1
        #expect(throws: ChunkingError.self) { unsafe try Recipe(decoding: bytes.span.bytes) }
    }

    @Test func aRecordOfAnUnknownKind() throws {
        try fill()
        let file = try #require(try temporary.chunkFiles().first)
        let record = try #require(
            RecordHeader.encode(
                .tombstone, project: 0, stamp: RecordStamp(sequence: 900, commit: 1), salt: try temporary.salt
            ) { $0.append(1) })
        var bytes = record.bytes
        #expect(unsafe RecordHeader(bytes.span.bytes) != nil)
        bytes[4] = 8
        let checksum = try unsafe temporary.salt.checksum(
            bytes.span.bytes.extracting(first: 32), bytes.span.bytes.extracting(40..<record.length))
        for position in 0..<8 { bytes[32 + position] = UInt8(truncatingIfNeeded: checksum >> (8 * UInt64(position))) }
        #expect(unsafe RecordHeader(bytes.span.bytes) == nil)
        let before = try contents(of: file) + bytes
        try write(before, to: file)
        let error = error { _ = try Store.rebuild(temporary.root, options: Store.Options(), disk: .system) }
        #expect(error?.code == .unsupportedFormat)
        #expect(error?.description.contains("unknown kind") == true)
        #expect(try contents(of: file) == before)
    }
}
