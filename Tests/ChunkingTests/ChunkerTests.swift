import TestSupport
import Testing

@testable import Chunking

@Suite("Chunker")
struct ChunkerTests {
    private func cut(_ bytes: [UInt8], _ parameters: ChunkParameters, partLength: () -> Int = { .max })
        -> [ChunkReference]
    {
        var cutter = StreamCutter(parameters: parameters)
        var chunks: [ChunkReference] = []
        func take(_ chunk: RawSpan) {
            chunks.append(ChunkReference(id: Digest(hashing: chunk), length: UInt32(chunk.byteCount)))
        }
        var offset = 0
        while offset < bytes.count {
            let end = offset + min(partLength(), bytes.count - offset)
            unsafe cutter.append(bytes.span.bytes.extracting(offset..<end), take)
            offset = end
        }
        cutter.cut(take)
        #expect(cutter.lengths == chunks.map(\.length))
        return chunks
    }

    @Test("the gear table does not change: it decides what is a duplicate of what is stored")
    func gearTable() {
        #expect(GearTable.words.count == 256)
        #expect(Set(GearTable.words).count == 256)
        var writer = ByteWriter()
        for word in GearTable.words { writer.writeFixed(word) }
        #expect(Digest(hashing: writer.bytes).hex == "0febbe32912b91c0df9a332ff75f20faaba75377b93f221e3473cb28d7677ef8")
    }

    @Test("borders do not change from version to version")
    func pinnedBorders() {
        var generator = SeededGenerator(seed: 42)
        let lengths = cut(generator.bytes(1 << 20), .v1).map(\.length)
        #expect(
            lengths == [
                46803, 29825, 109297, 88894, 78532, 78749, 86787, 73103, 85015, 78457, 25029, 71843, 72462, 66805,
                56975,
            ])
    }

    @Test("any split of the input gives the same chunks", arguments: seeds)
    func splits(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for parameters in [ChunkParameters.tiny, .v1] {
            let bytes = generator.bytes(parameters.maximum * 6 + Int.random(in: 0...100, using: &generator))
            let whole = cut(bytes, parameters)
            #expect(whole.reduce(0) { $0 + Int($1.length) } == bytes.count)
            for longest in [1, 7, 63, 64, 65, 1000, 70_000] where longest * 1000 > bytes.count {
                let parts = cut(bytes, parameters) { Int.random(in: 1...longest, using: &generator) }
                #expect(parts == whole)
            }
        }
    }

    /// Where a chunk ends, byte by byte as the description says; `nil` when it does not.
    private func end(of bytes: ArraySlice<UInt8>, _ parameters: ChunkParameters) -> Int? {
        let bits = parameters.average.trailingZeroBitCount
        var hash: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            if index + 1 > parameters.minimum {
                hash = hash << 1 &+ GearTable.words[Int(byte)]
                let zeros = index + 1 > parameters.average ? bits - 2 : bits + 2
                if hash.leadingZeroBitCount >= zeros { return index + 1 }
            }
            if index + 1 == parameters.maximum { return index + 1 }
        }
        return nil
    }

    @Test("chunks end where going over them byte by byte ends them", arguments: seeds)
    func byteByByte(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        // Short averages, so that borders lie close together.
        for average in [256, 1024, 4096, 16_384] {
            let parameters = ChunkParameters(
                id: 1, minimum: average / 4, average: average, maximum: average * 8, fileRestart: average)
            let bytes = generator.bytes(400_000)
            var rest = bytes[...]
            for chunk in cut(bytes, parameters) {
                #expect(Int(chunk.length) == end(of: rest, parameters) ?? rest.count, "seed \(seed)")
                rest = rest.dropFirst(Int(chunk.length))
            }
            #expect(rest.isEmpty)
        }
    }

    @Test("chunks keep to their limits, and to the average on random bytes", arguments: seeds)
    func limits(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let chunks = cut(generator.bytes(4 << 20), .v1)
        for chunk in chunks.dropLast() {
            #expect(Int(chunk.length) >= ChunkParameters.v1.minimum)
            #expect(Int(chunk.length) <= ChunkParameters.v1.maximum)
        }
        let mean = (4 << 20) / chunks.count
        #expect((40 << 10...120 << 10).contains(mean))
    }

    @Test("bytes without any change are cut at the maximum, whatever the byte", arguments: [0, 1, 0xff] as [UInt8])
    func constant(byte: UInt8) {
        let chunks = cut([UInt8](repeating: byte, count: 1 << 20), .v1)
        #expect(Set(chunks.map(\.id)).count == 1)
    }

    @Test("sizes around the limits", arguments: [0, 1, 63, 64, 65, 255, 256, 257, 1023, 1024, 1025])
    func edges(count: Int) {
        let chunks = cut([UInt8](repeating: 0, count: count), .tiny)
        #expect(chunks.reduce(0) { $0 + Int($1.length) } == count)
        #expect(chunks.allSatisfy { $0.length > 0 })
    }

    @Test("an insertion or an edit changes only the chunks around it", arguments: seeds)
    func edits(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let original = generator.bytes(4 << 20)
        let before = cut(original, .v1)
        let known = Set(before.map(\.id))
        var inserted = original
        inserted.insert(contentsOf: generator.bytes(1 + Int(generator.next() % 100)), at: 1 << 20)
        var edited = original
        edited[3 << 20] ^= 0xff
        for changed in [inserted, edited] {
            let new = cut(changed, .v1).filter { !known.contains($0.id) }
            #expect(new.count <= 6)
        }
    }
}
