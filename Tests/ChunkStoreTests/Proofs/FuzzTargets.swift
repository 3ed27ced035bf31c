import Chunking
import Compression
import TestSupport

@testable import ChunkStore

/// The salt of all records that are mutated.
let fuzzedSalt = RootSalt(0x6c61_7264_6572)

/// What reads each kind of corpus file. A target throws ``ProofFailure`` when it meets something that must not be.
struct FuzzTargets: ~Copyable {
    private var decoder = FrameDecoder()

    /// Lets the parser of `kind` read `bytes`. Whether it took them.
    mutating func read(_ kind: Substring, _ bytes: [UInt8], _ random: inout SeededGenerator) throws -> Bool {
        switch kind {
        case "tar": try splitTar(bytes, &random)
        case "recipe":
            try recode(bytes) { bytes in unsafe try Recipe(decoding: bytes.span.bytes).encoded() }
        case "entries":
            try recode(bytes) { bytes in unsafe try EntryTable(decoding: bytes.span.bytes).encoded() }
        case "frame": try decodeFrame(bytes)
        case "record": try readRecord(bytes)
        case "blob":
            try recode(bytes) { bytes in
                Self.encoded(try unsafe BlobRecord(decoding: bytes.span.bytes).encode)
            }
        case "small":
            try recode(bytes) { bytes in
                Self.encoded(try unsafe SmallRecord(decoding: bytes.span.bytes).encode)
            }
        case "tombstone":
            try recode(bytes) { bytes in
                Self.encoded(try unsafe Tombstone(decoding: bytes.span.bytes).encode)
            }
        case "void":
            try recode(bytes) { bytes in
                Self.encoded(try unsafe VoidRecord(decoding: bytes.span.bytes).encode)
            }
        case "seal": unsafe Footer(body: bytes.span.bytes) != nil
        case "file": unsafe ChunkFileHeader(bytes.span.bytes) != nil
        default: throw ProofFailure("no parser reads '\(kind)'")
        }
    }

    private static func encoded(_ encode: (inout [UInt8]) -> Void) -> [UInt8] {
        var bytes: [UInt8] = []
        encode(&bytes)
        return bytes
    }

    /// What can be read says the same when it is written and read again.
    private func recode(_ bytes: [UInt8], _ again: ([UInt8]) throws -> [UInt8]) throws -> Bool {
        guard let once = try? again(bytes) else { return false }
        guard let twice = try? again(once) else { throw ProofFailure("what was written cannot be read") }
        try demand(once == twice, "what was read and written differs")
        return true
    }

    /// Whatever a blob is, it comes back as it was, in whatever parts it came; its table can be written and read.
    private func splitTar(_ bytes: [UInt8], _ random: inout SeededGenerator) throws -> Bool {
        var chunks: [Digest: [UInt8]] = [:]
        var splitter = LayerSplitter()
        var start = 0
        while start < bytes.count {
            let part = Array(bytes[start..<min(bytes.count, start + Int.random(in: 1...4000, using: &random))])
            unsafe splitter.update(part.span.bytes) { chunk, span in chunks[chunk.id] = [UInt8](copying: span) }
            start += part.count
        }
        let result = splitter.finish { chunk, span in chunks[chunk.id] = [UInt8](copying: span) }
        var again: [UInt8] = []
        for piece in result.recipe.pieces() {
            again += (chunks[piece.chunk.id] ?? [])[piece.offset..<(piece.offset + piece.length)]
        }
        try demand(again == bytes && result.recipe.digest == Digest(hashing: bytes), "a blob came back changed")
        let recipe = unsafe try? Recipe(decoding: result.recipe.encoded().span.bytes)
        try demand(recipe == result.recipe, "a recipe cannot be read")
        guard let entries = result.entries else { return false }
        let table = unsafe try? EntryTable(decoding: entries.encoded().span.bytes)
        try demand(table == entries, "an entry table cannot be read")
        return true
    }

    /// A frame gives the chunks that it names, or nothing.
    private mutating func decodeFrame(_ bytes: [UInt8]) throws -> Bool {
        guard let frame = unsafe try? Frame(decoding: bytes.span.bytes) else { return false }
        let prefix = frame.base.isEmpty ? [] : FuzzCorpus.base
        guard
            let raw = unsafe try? decoder.decode(
                frame, prefix: prefix.span.bytes, verify: true, { [UInt8](copying: $0) })
        else { return false }
        var offset = 0
        for chunk in frame.chunks {
            try demand(offset + Int(chunk.length) <= raw.count, "a frame is shorter than its chunks")
            let part = Array(raw[offset..<(offset + Int(chunk.length))])
            try demand(Digest(hashing: part) == chunk.id, "a frame gave a wrong chunk")
            offset += Int(chunk.length)
        }
        return true
    }

    /// A record that matches its checksum is the one that was written.
    private func readRecord(_ bytes: [UInt8]) throws -> Bool {
        guard let header = unsafe RecordHeader(bytes.span.bytes) else { return false }
        guard unsafe header.matches(bytes.span.bytes, fuzzedSalt) else { return false }
        try demand(header.kind == .record && header.project == 7 && header.sequence == 9, "a record matches by chance")
        return true
    }
}
