import Hummingbird
import NIOCore
import NIOPosix
import Testing

@Suite("Servers of tests")
struct LoopbackServerTests {
    @Test("They end in peace while clients still connect")
    func connectionsAtTheEnd() async throws {
        let answers = Router()
        answers.get("/") { _, _ in "served" }
        for _ in 0..<20 {
            try await LoopbackServer.run(answers) { Self.connect(to: $0) }
            try await LoopbackRelay.run(LoopbackRelay.Behaviour(target: 1)) { Self.connect(to: $0.port) }
        }
    }

    /// Begins a few connections and waits for none of them.
    private static func connect(to port: Int) {
        for _ in 0..<16 {
            ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connect(host: "127.0.0.1", port: port)
                .whenSuccess { $0.close(promise: nil) }
        }
    }
}
