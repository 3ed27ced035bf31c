import CacheAPI
import ChunkStore
import Chunking
import Dockerfile
import FoundationEssentials
import Logging
import NIOHTTP1
import Networking
import OCI
import Synchronization
import SystemPackage
import TestSupport

@testable import Build
@testable import larderd

/// A server in this process and directories for runners that build with it over a real socket.
struct BuildLab: Sendable {
    /// Everything is below it.
    let directory: FilePath
    /// Where the server listens; `nil` when there is none.
    let port: Int

    /// Lends a lab with a running server to `body`.
    static func run(
        _ change: (inout Settings) -> Void = { _ in }, _ body: @Sendable (BuildLab) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            try await run(in: directory, change, body)
        }
    }

    /// Lends a lab whose server's root is in `directory`.
    static func run(
        in directory: FilePath, _ change: (inout Settings) -> Void = { _ in },
        _ body: @Sendable (BuildLab) async throws -> Void
    ) async throws {
        var settings = Settings(root: directory.appending("root"))
        settings.listen.port = 0
        change(&settings)
        let quiet = Logger(label: "lab") { _ in SwiftLogNoOpLogHandler() }
        try await LarderServer.withRunning(settings, logger: quiet) { port in
            try await body(BuildLab(directory: directory, port: port))
        }
    }

    /// Has a root that no server has open lose the records of steps in the scope `main`, as if they had been evicted.
    static func evict(_ keys: [Digest], in root: FilePath) throws {
        let quiet = Logger(label: "lab") { _ in SwiftLogNoOpLogHandler() }
        let store = try Store(opening: root, options: Store.Options(), logger: quiet)
        defer { store.close() }
        guard let project = try store.project(named: "shop") else { return }
        for key in keys {
            _ = try store.delete(in: .step, key: Array("main".utf8) + [0] + key.rawBytes, project: project)
        }
    }

    /// What one build did.
    struct Report: Sendable {
        let outcome: BuildOutcome
        let events: EventLog
        let down: Int
        let up: Int

        var verdicts: [StepReport.Verdict] { outcome.steps.map(\.verdict) }
    }

    /// Writes files below the directory `name` and gives it.
    @discardableResult
    func context(_ files: [String: String], named name: String = "context") throws -> FilePath {
        let root = directory.appending(name)
        for (path, text) in files {
            let file = root.appending(path)
            try FileManager.default.createDirectory(
                atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(filePath: file.string))
        }
        return root
    }

    /// Builds `context` as the runner `runner`, whose state is empty at first.
    func build(
        _ context: FilePath, runner: String, tag: String? = "shop/api:1", port: Int? = nil, address: String? = nil,
        network: NetworkSettings = NetworkSettings(), token: String? = nil,
        adjust: (inout BuildRequest) -> Void = { _ in },
        onEvent: @escaping @Sendable (BuildEvent) -> Void = { _ in }
    ) async throws -> Report {
        let address = try ServerAddress(address ?? "http://127.0.0.1:\(port ?? self.port)")
        let project = try ProjectName.named("shop")
        let server = ServerConnection(to: address, project: project, token: token.map { .text($0) }, network: network)
        var request = BuildRequest(context: context, stateDirectory: directory.appending("runner-\(runner)"))
        if let tag { request.tags = [try ImageReference(tag)] }
        adjust(&request)
        let events = EventLog(onEvent)
        let outcome = await Builder(server: server, events: events).run(request)
        await server.shutdown()
        return Report(outcome: outcome, events: events, down: server.traffic.down, up: server.traffic.up)
    }

    /// What a build of `context` would do.
    func forecast(
        _ context: FilePath, adjust: (inout BuildRequest) -> Void = { _ in }
    ) async throws -> [StepForecast] {
        let address = try ServerAddress("http://127.0.0.1:\(port)")
        let server = ServerConnection(to: address, project: try ProjectName.named("shop"), token: nil)
        var request = BuildRequest(context: context, stateDirectory: directory.appending("runner-forecast"))
        request.tags = [try ImageReference("shop/api:1")]
        adjust(&request)
        let events = EventLog { _ in }
        do {
            let steps = try await Builder(server: server, events: events).forecast(request, explains: true)
            await server.shutdown()
            return steps
        } catch {
            await server.shutdown()
            throw error
        }
    }

    /// Gives the server an image of one layer.
    func importImage(_ tar: [UInt8], as name: String, architecture: String = "amd64") async throws {
        let client = RawClient(address: "http://127.0.0.1:\(port)", project: try ProjectName.named("shop"))
        let layer = try await client.upload(tar)
        let configuration = ImageConfiguration(
            platform: Platform(os: "linux", architecture: architecture), diffIDs: [layer])
        let request = AssembleRequest(
            names: [name], config: String(decoding: try JSONDocument.encode(configuration), as: UTF8.self))
        let answer = try await client.send(
            .POST, CachePath.images(client.project), try JSONDocument.encode(request))
        guard answer.status == 201 else {
            throw UnexpectedAnswer(status: answer.status, body: String(decoding: answer.body, as: UTF8.self))
        }
    }
}

extension ProjectName {
    /// A name that a test knows to be good.
    static func named(_ text: String) throws -> ProjectName {
        guard let name = ProjectName(text) else { throw UnexpectedAnswer(status: 0, body: "no project name: \(text)") }
        return name
    }
}

/// Keeps the events of a build.
final class EventLog: BuildEventSink {
    private let events = Mutex<[BuildEvent]>([])
    private let onEvent: @Sendable (BuildEvent) -> Void

    init(_ onEvent: @escaping @Sendable (BuildEvent) -> Void) {
        self.onEvent = onEvent
    }

    func take(_ event: BuildEvent) {
        events.withLock { $0.append(event) }
        onEvent(event)
    }

    var warnings: [String] {
        events.withLock { $0 }.compactMap { if case .warning(let text) = $0 { text } else { nil } }
    }

    var tasks: [String] {
        events.withLock { $0 }.compactMap { if case .began(_, let name) = $0 { name } else { nil } }
    }

    var statuses: [String] {
        events.withLock { $0 }.compactMap { if case .status(_, let text) = $0 { text } else { nil } }
    }

    var reasons: [String] {
        events.withLock { $0 }.compactMap { if case .reason(_, let text) = $0 { text } else { nil } }
    }

    var output: [String] {
        events.withLock { $0 }.compactMap { if case .output(_, let line) = $0 { line } else { nil } }
    }
}
