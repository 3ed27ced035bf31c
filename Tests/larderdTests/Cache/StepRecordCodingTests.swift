import CacheAPI
import Chunking
import Testing

@testable import larderd

@Suite("Step records as they are kept")
struct StepRecordCodingTests {
    private let record = StepRecord(
        key: Digest(hashing: [1]), parent: Digest(hashing: [2]), chain: [Digest(hashing: [3]), Digest(hashing: [4])],
        components: [
            KeyComponent(name: "arguments", digest: Digest(hashing: [5])),
            KeyComponent(name: "environment.ÄÖ", digest: Digest(hashing: [6])),
        ],
        instruction: "RUN make && echo 'fertig ✓'", seconds: 12.125, created: -5, scope: .main, writer: "runner-7",
        replaces: false, author: RecordAuthor(identity: "job:github:a/b", job: "17", time: 1_700_000_000))

    @Test("What is written is read back")
    func roundTrip() throws {
        #expect(try StepRecord(decoding: record.encoded()) == record)
        var bare = record
        bare.chain = []
        bare.components = []
        bare.instruction = ""
        #expect(try StepRecord(decoding: bare.encoded()) == bare)
    }

    @Test("Components can be left out")
    func withoutComponents() throws {
        let read = try StepRecord(decoding: record.encoded(), withComponents: false)
        #expect(read.components.isEmpty)
        #expect(read.chain == record.chain)
        #expect(read.seconds == record.seconds)
    }

    @Test("Bytes cut short, changed or of another version are refused or read, never a crash")
    func damage() {
        let bytes = record.encoded()
        for count in bytes.indices {
            #expect(throws: ChunkingError.self) { try StepRecord(decoding: Array(bytes[..<count])) }
        }
        for index in bytes.indices {
            for value in [0, 0x7f, 0xff] as [UInt8] {
                var changed = bytes
                changed[index] = value
                _ = try? StepRecord(decoding: changed)
            }
        }
        #expect(throws: ChunkingError.self) { try StepRecord(decoding: bytes + [0]) }
        let error = #expect(throws: ChunkingError.self) { try StepRecord(decoding: [3] + bytes.dropFirst()) }
        #expect(error?.code == .unsupportedVersion)
    }

    @Test("Records out of bounds are refused")
    func limits() throws {
        try record.validate()
        var changed = record
        changed.seconds = -1
        #expect(throws: APIFailure.self) { try changed.validate() }
        changed = record
        changed.instruction = String(repeating: "x", count: (64 << 10) + 1)
        #expect(throws: APIFailure.self) { try changed.validate() }
        changed = record
        changed.chain = Array(repeating: Digest(hashing: []), count: 1025)
        #expect(throws: APIFailure.self) { try changed.validate() }
        changed = record
        changed.writer = String(repeating: "x", count: 1025)
        #expect(throws: APIFailure.self) { try changed.validate() }
    }
}
