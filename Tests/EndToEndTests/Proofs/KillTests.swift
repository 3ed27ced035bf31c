import SystemPackage
import TestSupport
import Testing

/// Kills a real server again and again while it stores, serves, deletes and collects.
@Suite(.serialized) struct KillTests {
    /// A lease ends soon, and everything that is not needed goes at once. What took longer to push than a lease is
    /// refused, instead of being taken as an image that lacks a layer.
    static let options = ["--lease-period", "4s", "--maintenance-interval", "1s", "--complete-repositories", "*/*"]
    static let lease = Duration.seconds(4)
    /// A new root after so many cycles, so that it does not grow for ever.
    private static let cyclesPerRoot = 50

    @Test func everyTaggedImageSurvivesKill9() async throws {
        let start = ContinuousClock.now
        let seed = ProofSettings.seed
        var (cycle, pushed, pulled, deleted, late) = (0, 0, 0, 0, 0)
        while cycle < ProofSettings.cycles {
            let load = ImageLoad(layerSize: 60_000, lease: KillTests.lease)
            let first = cycle
            let end = min(ProofSettings.cycles, first + Self.cyclesPerRoot)
            try await withTemporaryDirectory { directory in
                for number in first..<end {
                    try await ServerProcess.run(root: directory.appending("root"), options: Self.options) { server in
                        try await Self.checkAll(load, on: server)
                        await Self.work(load, on: server, seed: seed &+ UInt64(number) &* 1000)
                    }
                }
                try await ServerProcess.run(root: directory.appending("root"), options: Self.options) { server in
                    try await Self.checkAll(load, on: server)
                }
            }
            cycle = end
            pushed += load.counts.pushed
            pulled += load.counts.pulled
            deleted += load.counts.deleted
            late += load.counts.late
            try #require(load.losses.isEmpty, "seed \(seed), cycle \(cycle): \(load.losses.prefix(5))")
        }
        ProofSettings.report(
            "kill -9: \(cycle) cycles, seed \(seed), \(ContinuousClock.now - start): \(pushed) images pushed, "
                + "\(pulled) pulled, \(deleted) deleted, \(late) too late, 0 lost")
        #expect(pushed >= cycle && pulled > pushed / 4)
    }

    private static func checkAll(_ load: ImageLoad, on server: ServerProcess) async throws {
        for tag in load.tags {
            let isAnswered = try await load.check(tag, on: server)
            try #require(isAnswered, "the server does not answer")
        }
    }

    /// Everything at once; the server dies at a moment after the first push that the seed decides.
    private static func work(_ load: ImageLoad, on server: ServerProcess, seed: UInt64) async {
        let before = load.counts.pushed
        await withTaskGroup(of: Void.self) { group in
            for pusher in 0..<3 {
                group.addTask { try? await load.push(to: server, pusher: pusher, seed: seed &+ UInt64(pusher)) }
            }
            group.addTask { try? await load.pull(from: server, seed: seed &+ 77) }
            var random = SeededGenerator(seed: seed &+ 99)
            await server.kill9(.milliseconds(random.next() % 1500)) { load.counts.pushed > before }
            // Who waits for a first image, on a machine too slow to have got one, would wait for ever.
            group.cancelAll()
        }
    }
}
