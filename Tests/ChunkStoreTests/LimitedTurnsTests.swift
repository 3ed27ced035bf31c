import Chunking
import TestSupport
import Testing

@testable import ChunkStore

@Suite("Threads of blobs on their way in")
struct LimitedTurnsTests {
    @Test("A turn comes back when it is gone")
    func turns() {
        let turns = LimitedTurns(2)
        var first = turns.take()
        let second = turns.take()
        #expect(first != nil && second != nil)
        #expect(turns.take() == nil)
        first = nil
        #expect(turns.take() != nil)
        withExtendedLifetime((first, second)) {}
    }

    @Test("A blob is stored alike with threads, without, and when it gets them on the way", arguments: [0, 1, 2])
    func alike(threadedBlobs: Int) throws {
        let temporary = try TemporaryRoot()
        var options = Store.Options()
        options.threadedBlobs = threadedBlobs
        let store = try temporary.open(options)
        let project = try store.makeProject(named: "shop")
        var random = SeededGenerator(seed: 5)
        let blobs = (0..<3).map { _ in randomTar(&random, files: 60, sizeMaximum: 200_000) }
        // The first has the threads, if there are any, until the others are half written.
        let writers: [BlobPieces] = blobs.map { BlobPieces($0, store.beginBlob(in: project)) }
        for _ in 0..<8 { for index in writers.indices { try writers[index].writeNext() } }
        #expect(writers.count { !$0.isPaused } == threadedBlobs)
        try writers[0].pause()
        #expect(writers[0].isPaused)
        try writers[0].writeNext()
        #expect(try writers[0].commit() == Digest(hashing: blobs[0]))
        for _ in 0..<8 { for index in 1..<3 { try writers[index].writeNext() } }
        for index in 1..<3 { #expect(try writers[index].commit() == Digest(hashing: blobs[index])) }
        for blob in blobs {
            #expect(try store.contents(of: Digest(hashing: blob), in: project) == blob)
            #expect(try store.recipe(of: Digest(hashing: blob), in: project) == split(blob).result.recipe)
        }
    }
}

/// A blob that is written in sixteen pieces.
private final class BlobPieces {
    private let bytes: [UInt8]
    private var offset = 0
    private var writer: BlobWriter?

    init(_ bytes: [UInt8], _ writer: consuming BlobWriter) {
        self.bytes = bytes
        self.writer = consume writer
    }

    func writeNext() throws {
        let end = min(bytes.count, offset + bytes.count / 16 + 1)
        guard var writer = writer.take() else { return }
        let piece = Array(bytes[offset..<end])
        try unsafe writer.write(piece.span.bytes)
        self.writer = consume writer
        offset = end
    }

    var isPaused: Bool { writer?.isPaused ?? true }

    func pause() throws {
        guard var writer = writer.take() else { return }
        try writer.pause()
        self.writer = consume writer
    }

    func commit() throws -> Digest? {
        while offset < bytes.count { try writeNext() }
        guard let writer = writer.take() else { return nil }
        return try writer.commit(expecting: nil).digest
    }
}
