import CacheAPI
import Chunking
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// Kills a real server in the middle of uploads, again and again on the same root.
@Suite(.serialized) struct CrashTests {
    private static let cycles = 6

    @Test(.timeLimit(.minutes(5)))
    func everythingAcknowledgedSurvivesKill9() async throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("CrashTests seed: \(seed)")
        let acknowledged = Acknowledged()
        try await withTemporaryDirectory { directory in
            let root = directory.appending("root")
            for cycle in 0..<Self.cycles {
                try await ServerProcess.run(root: root) { server in
                    try await Self.verify(acknowledged, on: server)
                    await Self.uploadUntilKilled(server, seed: seed &+ UInt64(cycle) &* 1000, acknowledged)
                }
            }
            try await ServerProcess.run(root: root) { try await Self.verify(acknowledged, on: $0) }
        }
        #expect(acknowledged.count >= Self.cycles, "seed \(seed): too little was acknowledged to prove anything")
    }

    private static let project = ProjectName.default

    /// Several uploaders at once; the server dies at a moment after the first answer that the seed decides.
    private static func uploadUntilKilled(_ server: ServerProcess, seed: UInt64, _ acknowledged: Acknowledged) async {
        let before = acknowledged.count
        await withTaskGroup(of: Void.self) { group in
            for uploader in 0..<3 {
                group.addTask {
                    var random = SeededGenerator(seed: seed &+ UInt64(uploader))
                    let client = RawClient(address: server.address, project: project)
                    // Ends with the first request that the dead server does not answer.
                    while !Task.isCancelled {
                        let tar = TarMaker.tar(files: 8, sizeMaximum: 300_000, using: &random)
                        guard let layer = try? await client.upload(tar) else { return }
                        acknowledged.insert(layer, Digest(hashing: tar))
                    }
                }
            }
            group.addTask {
                var random = SeededGenerator(seed: seed &+ 77)
                await server.kill9(.milliseconds(random.next() % 700)) { acknowledged.count > before }
            }
        }
    }

    private static func verify(_ acknowledged: Acknowledged, on server: ServerProcess) async throws {
        let client = RawClient(address: server.address, project: project)
        for (layer, digest) in acknowledged.all {
            let bytes = try #require(try await client.download(layer), "\(layer) was acknowledged and is gone")
            #expect(Digest(hashing: bytes) == digest)
        }
    }
}

/// What the server said it has.
private final class Acknowledged: Sendable {
    private let layers = Mutex<[Digest: Digest]>([:])

    var count: Int { layers.withLock(\.count) }
    var all: [Digest: Digest] { layers.withLock { $0 } }

    func insert(_ layer: Digest, _ content: Digest) {
        layers.withLock { $0[layer] = content }
    }
}
