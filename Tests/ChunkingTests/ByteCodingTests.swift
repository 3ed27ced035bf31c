import TestSupport
import Testing

@testable import Chunking

@Suite("Byte reader and writer")
struct ByteCodingTests {
    @Test("what is written is read back", arguments: seeds)
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let number =
                UInt64.random(in: .min ... .max, using: &generator) >> UInt64.random(in: 0...63, using: &generator)
            let signed = Int64(bitPattern: generator.next()) >> Int64.random(in: 0...63, using: &generator)
            let text = generator.bytes(Int.random(in: 0...40, using: &generator))
            let digest = Digest(hashing: text)
            var writer = ByteWriter()
            writer.write(7)
            writer.writeFixed(UInt32(truncatingIfNeeded: number))
            writer.writeVarint(number)
            writer.writeSignedVarint(signed)
            writer.write(digest)
            writer.writeCounted(text)
            var reader = ByteReader(writer.bytes, subject: "the test")
            #expect(try reader.readByte() == 7)
            #expect(try reader.readFixed(UInt32.self) == UInt32(truncatingIfNeeded: number))
            #expect(try reader.readVarint() == number)
            #expect(try reader.readSignedVarint() == signed)
            #expect(try reader.readDigest() == digest)
            #expect(try Array(reader.readCounted(maximum: 40)) == text)
            try reader.expectEnd()
        }
    }

    @Test("fixed integers are little-endian, varints LEB128, signed ones zigzag")
    func layout() {
        var writer = ByteWriter()
        writer.writeFixed(UInt16(0x1234))
        writer.writeVarint(UInt64(300))
        writer.writeSignedVarint(-2)
        #expect(writer.bytes == [0x34, 0x12, 0xac, 0x02, 0x03])
    }

    @Test(
        "a varint that is cut off, too long or too large is malformed",
        arguments: [
            [], [0x80], [0x80, 0x00], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02],
            [UInt8](repeating: 0x80, count: 11),
        ])
    func badVarints(bytes: [UInt8]) {
        var reader = ByteReader(bytes, subject: "the test")
        #expect { _ = try reader.readVarint() } throws: { ($0 as? ChunkingError)?.code == .malformed }
    }

    @Test("counts that the rest cannot hold are refused before memory is reserved")
    func counts() throws {
        var writer = ByteWriter()
        writer.writeVarint(UInt64(1) << 40)
        var reader = ByteReader(writer.bytes, subject: "the test")
        #expect { _ = try reader.readCount(maximum: .max) } throws: { ($0 as? ChunkingError)?.code == .malformed }
        var other = ByteReader(writer.bytes, subject: "the test")
        #expect { _ = try other.readCount(maximum: 9) } throws: { ($0 as? ChunkingError)?.code == .tooLarge }
    }
}
