import NIOCore
import NIOPosix
import SystemPackage
import TestSupport
import Testing

@testable import larderd

/// Requests to every route of a real server over real connections, changed at random: in the values of their bodies, their
/// paths and headers, or as bytes. The server lives, answers, does not grow, and keeps nothing that is not whole.
@Suite struct LiveFuzzTests {
    private static let count = 600
    /// How many connections are open at the same time.
    private static let lanes = 8
    /// By how much the server may grow. Bytes.
    private static let growthMaximum = 384 << 20

    @Test func aServerLivesThroughRandomRequests() async throws {
        try await withTemporaryDirectory { directory in
            let root = directory.appending("root")
            try await ServerProcess.run(root: root, options: ["--maintenance-interval", "0"]) { server in
                let client = TestClient(port: server.port)
                let samples = try FuzzedRequest.samples()
                for sample in samples { _ = try await Self.send(sample.bytes, server.port) }
                let (memory, files) = (FuzzMemory(of: server.pid), try Self.openFiles(of: server.pid))
                let tried = try await Self.fuzz(samples, server.port)
                #expect(try await client.get("/v2/").status == 200)
                #expect(memory.growth < Self.growthMaximum, "grew by \(memory.growth) bytes")
                try await Self.expectFewFiles(of: server.pid, files)
                ProofSettings.report("fuzz server: \(tried) requests, seed \(FuzzSettings.seed)")
            }
            // Nothing that was half sent is there, and all that is there is whole.
            let check = try shell(
                "'\(ServerProcess.executables.appending("larderd"))' fsck --root '\(root)' --json || true")
            let text = String(decoding: check, as: UTF8.self)
            #expect(text.contains("\"clean\" : true"), "LARDER_FUZZ_SEED=\(FuzzSettings.seed): \(text)")
        }
    }

    /// - Returns: how many requests were sent.
    private static func fuzz(_ samples: [FuzzedRequest], _ port: Int) async throws -> Int {
        let end = FuzzSettings.seconds.map { ContinuousClock.now + .seconds($0) }
        return try await withThrowingTaskGroup(of: Int.self) { group in
            for lane in 0..<lanes {
                group.addTask {
                    var tried = 0
                    while end.map({ ContinuousClock.now < $0 }) ?? (tried < count / lanes) {
                        let seed = FuzzSettings.seed &+ UInt64(tried * lanes + lane)
                        var random = SeededGenerator(seed: seed)
                        let bytes = FuzzedRequest.changed(samples, &random)
                        do {
                            let answer = try await send(bytes, port)
                            #expect(answer.isEmpty || answer.starts(with: "HTTP/1.1 "), "LARDER_FUZZ_SEED=\(seed)")
                            #expect(!answer.starts(with: "HTTP/1.1 500"), "LARDER_FUZZ_SEED=\(seed): \(answer)")
                        } catch let error as ChannelError {
                            Issue.record("LARDER_FUZZ_SEED=\(seed): the server does not answer: \(error)")
                            throw error
                        }
                        tried += 1
                    }
                    return tried
                }
            }
            return try await group.reduce(0, +)
        }
    }

    /// Sends `bytes` and ends; what comes back before the other side ends, too.
    private static func send(_ bytes: [UInt8], _ port: Int) async throws -> String {
        try await RawConnection.with(port: port) { inbound, outbound in
            do {
                try await outbound.write(ByteBuffer(bytes: bytes))
                outbound.finish()
                return try await inbound.text()
            } catch is IOError {
                // The server closes a connection that is in disorder.
                return ""
            }
        }
    }

    private static func openFiles(of pid: Int32) throws -> Int {
        Int(String(decoding: try shell("ls /proc/\(pid)/fd | wc -l"), as: UTF8.self).filter(\.isNumber)) ?? 0
    }

    /// Waits until the server has closed what the requests opened: chunk files stay open, and their number is bounded.
    private static func expectFewFiles(of pid: Int32, _ before: Int) async throws {
        if try await eventually({ try openFiles(of: pid) <= before + lanes }) { return }
        let now = try openFiles(of: pid)
        Issue.record("\(now) files are open, \(before) before")
    }
}
