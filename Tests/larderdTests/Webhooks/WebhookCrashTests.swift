import Chunking
import FoundationEssentials
import HTTPTypes
import OCI
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import larderd

/// A real server that is killed between pushes and their deliveries.
@Suite("What an acknowledged push is told of survives kill -9", .timeLimit(.minutes(5)))
struct WebhookCrashTests {
    @Test("and reaches the receiver after the next start")
    func killed() async throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("WebhookCrashTests seed: \(seed)")
        let receiver = Receiver()
        receiver.answer([], then: .init(status: .serviceUnavailable))
        let acknowledged = Acknowledged()
        try await withTemporaryDirectory { directory in
            try await receiver.run { port in
                let file = try Receiver.write(directory, port: port, more: #", "events": "tag.set""#)
                let (root, options) = (directory.appending("root"), ["--webhooks", file.string])
                for cycle in 0..<3 {
                    try await ServerProcess.run(root: root, options: options) { server in
                        await Self.pushUntilKilled(server, seed &+ UInt64(cycle), cycle, acknowledged)
                    }
                }
                receiver.answer([])
                try await ServerProcess.run(root: root, options: options) { _ in
                    let expected = acknowledged.names.withLock { $0 }
                    #expect(expected.count >= 3, "seed \(seed): too little was acknowledged to prove anything")
                    let isComplete = try await eventually {
                        expected.isSubset(of: receiver.messages.map { $0.event["subject"].string })
                    }
                    #expect(isComplete, "seed \(seed)")
                }
            }
        }
    }

    /// Several clients at once; the server dies at a moment after the first answer that the seed decides.
    private static func pushUntilKilled(
        _ server: ServerProcess, _ seed: UInt64, _ cycle: Int, _ acknowledged: Acknowledged
    ) async {
        let client = TestClient(port: server.port)
        await withTaskGroup(of: Void.self) { group in
            for pusher in 0..<3 {
                group.addTask {
                    for number in 0..<1000 {
                        guard let image = try? SampleImage(layers: [SampleImage.layer(["a"], bytesEach: 100)]),
                            (try? await client.push(image, to: "shop/app\(pusher)", as: "\(cycle)-\(number)")) != nil
                        else { return }
                        acknowledged.names.withLock { _ = $0.insert("shop/app\(pusher):\(cycle)-\(number)") }
                    }
                }
            }
            group.addTask {
                var random = SeededGenerator(seed: seed)
                await server.kill9(.milliseconds(random.next() % 300)) {
                    acknowledged.names.withLock { $0.contains { $0.hasSuffix(":\(cycle)-0") } }
                }
            }
        }
    }

    private final class Acknowledged: Sendable {
        let names = Mutex<Set<String>>([])
    }
}
