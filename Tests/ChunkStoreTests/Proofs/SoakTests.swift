import TestSupport
import Testing

@testable import ChunkStore

@Suite struct SoakTests {
    /// Half of the time; the other half is the real server's.
    @Test func nothingIsLostWhileEverythingHappensAtOnce() async throws {
        let temporary = try TemporaryRoot.inMemory()
        let counts = try await onThread {
            try Soak(seed: ProofSettings.seed, in: temporary).run(seconds: max(1, ProofSettings.seconds / 2))
        }
        ProofSettings.report(
            "store soak: \(ProofSettings.seconds / 2) s, seed \(ProofSettings.seed): \(counts.stored) stored, "
                + "\(counts.read) read, \(counts.deleted) deleted, \(counts.collections) collections, "
                + "\(counts.removedBlobs) blobs and \(counts.removedFiles) files removed, "
                + "\(counts.packedFrames) frames packed, \(counts.failures.count) lost")
        #expect(counts.failures.isEmpty, "seed \(ProofSettings.seed): \(counts.failures.prefix(5))")
        #expect(counts.stored > 0 && counts.read > 0 && counts.removedBlobs > 0)
    }
}
