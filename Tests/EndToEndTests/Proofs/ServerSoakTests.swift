import SystemPackage
import TestSupport
import Testing

/// Pushes, pulls and deletes while the server collects all the time.
@Suite(.serialized) struct ServerSoakTests {
    @Test func noBlobIsLost() async throws {
        let seed = ProofSettings.seed
        let seconds = max(1, ProofSettings.seconds / 2)
        let load = ImageLoad(layerSize: 200_000, lease: KillTests.lease)
        try await withTemporaryDirectory { directory in
            try await ServerProcess.run(root: directory.appending("root"), options: KillTests.options) { server in
                await withTaskGroup(of: Void.self) { group in
                    for pusher in 0..<3 {
                        group.addTask { try? await load.push(to: server, pusher: pusher, seed: seed &+ UInt64(pusher)) }
                    }
                    for puller in 0..<2 {
                        group.addTask { try? await load.pull(from: server, seed: seed &+ 77 &+ UInt64(puller)) }
                    }
                    try? await Task.sleep(for: .seconds(Int64(seconds)))
                    group.cancelAll()
                }
                for tag in load.tags {
                    let isAnswered = try await load.check(tag, on: server)
                    try #require(isAnswered, "the server does not answer")
                }
            }
        }
        let counts = load.counts
        ProofSettings.report(
            "server soak: \(seconds) s, seed \(seed): \(counts.pushed) images pushed, \(counts.pulled) pulled, "
                + "\(counts.deleted) deleted, \(counts.late) too late, \(load.losses.count) lost")
        #expect(load.losses.isEmpty, "seed \(seed): \(load.losses.prefix(5))")
        // How many is a matter of the machine; that it was used at all is not.
        #expect(counts.pushed > 0 && counts.pulled > 0)
    }
}
