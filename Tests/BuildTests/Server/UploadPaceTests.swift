import Chunking
import SystemPackage
import Testing

@testable import Build

@Suite struct UploadPaceTests {
    private let start = ContinuousClock.now

    /// Sends `count` requests of a megabyte, each of which takes so long, `abreast` of them at a time.
    private func send(_ count: Int, milliseconds: Int, abreast: Int = 1, on pace: UploadPace, after: Duration = .zero) {
        for round in 0..<count / abreast {
            let begin = start + after + .milliseconds(round * milliseconds)
            for _ in 0..<abreast { pace.begin(at: begin) }
            for _ in 0..<abreast { pace.end(1_000_000, at: begin + .milliseconds(milliseconds)) }
        }
    }

    @Test("A link of 100 Mbit/s is slow, one of a gigabit is not") func links() {
        let (slow, fast) = (UploadPace(at: start), UploadPace(at: start))
        send(8, milliseconds: 80, on: slow)
        send(8, milliseconds: 8, on: fast)
        #expect(slow.level == 3)
        #expect(fast.level == 1)
    }

    @Test("Before enough was measured nothing is known") func beginning() {
        let pace = UploadPace(at: start)
        #expect(pace.level == 1)
        send(3, milliseconds: 800, on: pace)
        #expect(pace.level == 1)
    }

    @Test("Requests at the same time share the link, and pauses between them are nobody's") func sharing() {
        let shared = UploadPace(at: start)
        send(16, milliseconds: 120, abreast: 4, on: shared)
        #expect(shared.level == 1, "33 MB a second")
        let pauses = UploadPace(at: start)
        for second in 0..<10 { send(1, milliseconds: 10, on: pauses, after: .seconds(second)) }
        #expect(pauses.level == 1)
    }

    @Test("What failed arrived nowhere, and what was long ago is forgotten") func changes() {
        let pace = UploadPace(at: start)
        send(8, milliseconds: 10, on: pace)
        pace.begin(at: start + .seconds(1))
        pace.end(0, at: start + .seconds(11))
        #expect(pace.level == 3)
        send(200, milliseconds: 10, on: pace, after: .seconds(20))
        #expect(pace.level == 1)
    }

    @Test("The stronger level makes fewer bytes of a program") func levels() throws {
        let program = try FileDescriptor.open(FilePath("/proc/self/exe"), .readOnly)
        defer { try? program.close() }
        var window = UploadWindow()
        var piece = [UInt8](repeating: 0, count: 65_536)
        for _ in 0..<32 {
            let count = unsafe try piece.withUnsafeMutableBytes { unsafe try program.read(into: $0) }
            try #require(count == piece.count)
            unsafe window.append(ChunkReference(id: Digest(hashing: piece), length: 65_536), piece.span.bytes)
        }
        let positions = Array(window.chunks.indices)
        let quick = try window.frames(of: positions, level: 1)
        #expect(try window.frames(of: positions, level: 3).count < quick.count)
    }
}
