import FoundationEssentials
import HTTPTypes
import Hummingbird
import Networking
import OCI
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Build

/// Servers that begin an answer and never end it.
@Suite("Answers that never end")
struct SlowAnswerTests {
    /// Gives up soon.
    private static var network: NetworkSettings {
        var network = NetworkSettings()
        network.retries = RetrySchedule(pauses: [.milliseconds(1), .milliseconds(1)])
        network.answers = AnswerLimits(
            documentTime: .milliseconds(300), paceByteCount: 64 << 10, paceTime: .milliseconds(300))
        return network
    }

    @Test("A server that holds up its answers does not hold up the build", arguments: SlowBody.allCases)
    func server(_ body: SlowBody) async throws {
        try await withTemporaryDirectory { directory in
            let asked = Mutex(0)
            let router = Router()
            router.on("**", method: .post) { _, _ in
                asked.withLock { $0 += 1 }
                return body.response(headers: [.contentType: "application/json"])
            }
            try await LoopbackServer.run(router) { port in
                let lab = BuildLab(directory: directory, port: port)
                let context = try lab.context(["Dockerfile": "FROM scratch\nCOPY a /a\n", "a": "a\n"])
                let report = try await lab.build(context, runner: "a", tag: nil, network: Self.network)
                #expect(report.outcome.error == nil)
                #expect(report.verdicts == [.run])
                #expect(report.events.warnings.count == 1)
                #expect(report.events.warnings.first?.contains("The build goes on without the cache.") == true)
                // What took its whole time once is not asked for again.
                #expect(asked.withLock { $0 } == 1)
            }
        }
    }

    @Test("A layer that stops on its way is asked for again, from where it stopped")
    func resumedLayer() async throws {
        try await Self.withLayer { lab, context in
            var behaviour = LoopbackRelay.Behaviour(target: lab.port)
            // What stops is a body: heads and other answers are far shorter.
            behaviour.limit = { number in number < 2 ? 1 << 20 : nil }
            behaviour.staysOpen = true
            try await LoopbackRelay.run(behaviour) { relay in
                let file = lab.directory.appending("image.tar")
                let report = try await lab.build(
                    context, runner: "b", port: relay.port, network: Self.patientForDocuments
                ) { $0.outputs = [.file(.oci, file)] }
                #expect(report.outcome.error == nil)
                #expect(report.events.warnings == [])
                #expect(report.verdicts == [.hit])
            }
        }
    }

    @Test("A layer that never comes is built again, without the cache")
    func lostLayer() async throws {
        try await Self.withLayer { lab, context in
            var behaviour = LoopbackRelay.Behaviour(target: lab.port)
            behaviour.limit = { _ in 1 << 20 }
            behaviour.staysOpen = true
            try await LoopbackRelay.run(behaviour) { relay in
                let text = "FROM scratch AS first\nCOPY a /a\nFROM scratch\nCOPY --from=first /a /b\n"
                try Data(text.utf8).write(to: URL(filePath: context.appending("Dockerfile").string))
                let report = try await lab.build(
                    context, runner: "b", tag: nil, port: relay.port, network: Self.patientForDocuments)
                #expect(report.outcome.error == nil)
                #expect(report.verdicts == [.run, .run])
                #expect(report.events.warnings.contains { $0.contains("bytes came in") }, "\(report.events.warnings)")
            }
        }
    }

    @Test("An image whose layer never comes is built again, without the cache")
    func lostLayerOfAnImage() async throws {
        try await Self.withLayer { lab, context in
            var behaviour = LoopbackRelay.Behaviour(target: lab.port)
            behaviour.limit = { _ in 1 << 20 }
            behaviour.staysOpen = true
            try await LoopbackRelay.run(behaviour) { relay in
                let file = lab.directory.appending("image.tar")
                let report = try await lab.build(
                    context, runner: "b", tag: nil, port: relay.port, network: Self.patientForDocuments
                ) { $0.outputs = [.file(.oci, file)] }
                #expect(report.outcome.error == nil)
                #expect(report.verdicts == [.run])
                #expect(report.events.warnings.contains { $0.contains("bytes came in") }, "\(report.events.warnings)")
                #expect(FileManager.default.fileExists(atPath: file.string))
            }
        }
    }

    @Test("A push tries again, then says what the registry did", arguments: SlowBody.allCases)
    func push(_ body: SlowBody) async throws {
        let gate: GatedRegistry.Gate = { request, _ in
            request.method == .put && request.uri.path.contains("/manifests/") ? body.response(.created) : nil
        }
        try await GatedRegistry.run(gate) { registry in
            let error = await #expect(throws: BuildError.self) {
                try await PushSample.push(to: registry.host, network: Self.network)
            }
            #expect(error?.code == .registry)
            let text = error?.description ?? ""
            #expect(text.contains("cannot be reached or broke off"))
            #expect(text.contains("not complete after") || text.contains("bytes came in"))
            #expect(text.contains("push it again"))
            #expect(registry.count("PUT /v2/shop/api/manifests/1") == 3)
        }
    }

    @Test("A file of ADD that never ends fails with a sentence", arguments: SlowBody.allCases)
    func addedFile(_ body: SlowBody) async throws {
        let asked = Mutex(0)
        try await BuildLab.run { lab in
            let router = Router()
            router.get("file") { _, _ in
                asked.withLock { $0 += 1 }
                return body.response()
            }
            try await LoopbackServer.run(router) { port in
                let text = "FROM scratch\nADD http://127.0.0.1:\(port)/file /file\n"
                let context = try lab.context(["Dockerfile": text])
                var network = Self.patientForDocuments
                network.answers.paceTime = .milliseconds(300)
                let report = try await lab.build(context, runner: "a", network: network)
                #expect(asked.withLock { $0 } == 3)
                let sentence = "/file cannot be fetched: less than 65536 bytes came in"
                #expect("\(report.outcome.error.map { "\($0)" } ?? "")".contains(sentence))
            }
        }
    }

    @Test("A token of a job that does not come is given up", arguments: SlowBody.allCases)
    func jobToken(_ body: SlowBody) async throws {
        let router = Router()
        router.get("token") { _, _ in body.response() }
        try await LoopbackServer.run(router) { port in
            let request = JobTokenRequest(
                environment: [
                    "ACTIONS_ID_TOKEN_REQUEST_URL": "http://127.0.0.1:\(port)/token",
                    "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "secret",
                ], audience: "larder")
            let error = await #expect(throws: BuildError.self) { try await request?.token(through: Self.network) }
            #expect(error?.description.contains("GitHub Actions gives no token for this job: ") == true)
        }
    }

    /// What answers in time in a slow moment of this machine, too: only bodies that stop are given up.
    private static var patientForDocuments: NetworkSettings {
        var network = network
        network.answers.documentTime = AnswerLimits.standard.documentTime
        network.answers.paceTime = .seconds(1)
        return network
    }

    /// Lends a lab whose server has the one layer of a context, which does not compress.
    private static func withLayer(_ body: @Sendable (BuildLab, FilePath) async throws -> Void) async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(["Dockerfile": "FROM scratch\nCOPY a /a\n"])
            var random = SeededGenerator(seed: 12)
            try Data(random.bytes(4 << 20)).write(to: URL(filePath: context.appending("a").string))
            #expect(try await lab.build(context, runner: "a").outcome.error == nil)
            try await body(lab, context)
        }
    }
}
