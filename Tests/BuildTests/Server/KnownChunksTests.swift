import Chunking
import Testing

@testable import Build

/// Two layers with the same content, as one that was copied out of the other, were sent twice when they were sent at the same time.
@Suite struct KnownChunksTests {
    private let ids = (UInt8(0)..<4).map { Digest(hashing: [$0]) }

    @Test("What one upload sends no other one sends, too") func claims() {
        let known = KnownChunks()
        known.insert([ids[3]])
        let first = known.claim(Array(ids[0...1]))
        #expect(first.own == [0, 1] && first.others.isEmpty)
        let second = known.claim(ids)
        #expect(second.own == [2] && second.others == [0, 1])
        known.settle(Array(ids[0...1]), haveArrived: true)
        #expect(known.contains(ids[0]) && !known.contains(ids[2]))
        let third = known.claim(ids)
        #expect(third.own.isEmpty && third.others == [2])
    }

    @Test("What did not arrive is the next one's to send") func failure() {
        let known = KnownChunks()
        #expect(known.claim([ids[0]]).own == [0])
        known.settle([ids[0]], haveArrived: false)
        #expect(!known.contains(ids[0]))
        #expect(known.claim([ids[0]]).own == [0])
    }

    @Test("A chunk that is twice in a question is claimed once") func twice() {
        let claim = KnownChunks().claim([ids[0], ids[0]])
        #expect(claim.own == [0] && claim.others == [1])
    }

    @Test("Whoever waits goes on when all of it is settled, and not before") func waiting() async {
        let known = KnownChunks()
        await known.waitUntilSettled(ids)
        _ = known.claim(Array(ids[0...1]))
        let waiters = (0..<8).map { _ in
            Task { () -> Bool in
                await known.waitUntilSettled(ids)
                return known.contains(ids[0]) && known.contains(ids[1])
            }
        }
        known.settle([ids[0]], haveArrived: true)
        await Task.yield()
        known.settle([ids[1]], haveArrived: true)
        for waiter in waiters { #expect(await waiter.value) }
    }
}
