import CacheAPI
import Chunking
import FoundationEssentials
import NIOHTTP1
import OCI
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Build

/// Networks that break off, and go on or not.
@Suite struct BrokenConnectionTests {
    private static let size = 12 << 20

    @Test func connectionsThatBreakAreMadeAgain() async throws {
        try await BuildLab.run { lab in
            var behaviour = LoopbackRelay.Behaviour(target: lab.port)
            behaviour.limit = { number in number < 2 ? 0 : nil }
            try await LoopbackRelay.run(behaviour) { relay in
                let context = try lab.context(["Dockerfile": "FROM scratch\nCOPY a /a\n", "a": "a\n"])
                let report = try await lab.build(context, runner: "a", port: relay.port)
                #expect(report.outcome.error == nil)
                #expect(report.events.warnings == [])
                #expect(report.outcome.image != nil)
                #expect(relay.connections > 2)
            }
        }
    }

    @Test func brokenDownloadGoesOnWhereItStopped() async throws {
        try await BuildLab.run { lab in
            let context = try Self.fill(lab)
            #expect(try await lab.build(context, runner: "a").outcome.error == nil)
            var behaviour = LoopbackRelay.Behaviour(target: lab.port)
            behaviour.limit = { number in number < 4 ? 3 << 20 : nil }
            try await LoopbackRelay.run(behaviour) { relay in
                let file = lab.directory.appending("image.tar")
                let report = try await lab.build(context, runner: "b", port: relay.port) { request in
                    request.outputs = [.file(.oci, file)]
                }
                #expect(report.outcome.error == nil)
                #expect(report.events.warnings == [])
                #expect(report.verdicts == [.hit])
                let attributes = try FileManager.default.attributesOfItem(atPath: file.string)
                #expect((attributes[.size] as? Int ?? 0) > Self.size)
                #expect(relay.connections > 1)
                // Four breaks, each in the middle of what is decoded together, and nothing twice but that.
                #expect(report.down < Self.size + 5 << 20)
            }
        }
    }

    @Test func brokenReadingOfABlobGoesOnWhereItStopped() async throws {
        try await BuildLab.run { lab in
            try await BuildLab.run { other in
                let context = try Self.fill(lab)
                #expect(try await lab.build(context, runner: "a").outcome.error == nil)
                var behaviour = LoopbackRelay.Behaviour(target: lab.port)
                behaviour.limit = { number in number < 3 ? 3 << 20 : nil }
                try await LoopbackRelay.run(behaviour) { relay in
                    let server = ServerConnection(
                        to: try ServerAddress("http://127.0.0.1:\(relay.port)"), project: try .named("shop"), token: nil
                    )
                    let copy = ImageCopy(
                        name: try ImageReference("shop/api:1"),
                        destinations: [try ImageReference("127.0.0.1:\(other.port)/shop/api:2")], compression: nil,
                        temporaryDirectory: lab.directory)
                    let digest = try await copy.run(on: server, events: EventLog { _ in })
                    await server.shutdown()
                    let client = RawClient(address: "http://127.0.0.1:\(other.port)", project: try .named("shop"))
                    let answer = try await client.send(.GET, "/v2/shop/api/manifests/2", [])
                    #expect(Digest(hashing: answer.body).description == digest)
                    #expect(relay.connections > 1)
                    // Nothing came twice.
                    #expect(server.traffic.down > Self.size)
                    #expect(server.traffic.down < Self.size + 1 << 20)
                }
            }
        }
    }

    @Test func serverThatBreaksOffForeverIsGivenUp() async throws {
        try await BuildLab.run { lab in
            let context = try Self.fill(lab)
            var behaviour = LoopbackRelay.Behaviour(target: lab.port)
            behaviour.limit = { _ in 0 }
            try await LoopbackRelay.run(behaviour) { relay in
                let report = try await lab.build(context, runner: "a", tag: nil, port: relay.port)
                #expect(report.outcome.error == nil)
                #expect(report.events.warnings.count == 1)
                #expect(relay.connections == 3)
            }
        }
    }

    @Test func waitForUploadsIsBounded() async throws {
        try await BuildLab.run { lab in
            let context = try Self.fill(lab)
            var behaviour = LoopbackRelay.Behaviour(target: lab.port)
            behaviour.questionLimit = 1 << 20
            try await LoopbackRelay.run(behaviour) { relay in
                let report = try await lab.build(context, runner: "a", port: relay.port) { request in
                    request.uploadWait = .milliseconds(100)
                }
                #expect(report.outcome.error == nil)
                #expect(report.outcome.image == nil)
                #expect(report.events.warnings.contains { $0.contains("--upload-wait") })
                #expect(report.events.warnings.contains { $0.contains("The image is not on the server") })
            }
        }
    }

    /// A context whose layer does not compress.
    private static func fill(_ lab: BuildLab) throws -> FilePath {
        let context = try lab.context(["Dockerfile": "FROM scratch\nCOPY a /a\n"])
        var random = SeededGenerator(seed: 11)
        try Data(random.bytes(size)).write(to: URL(filePath: context.appending("a").string))
        return context
    }
}
