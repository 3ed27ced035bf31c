import AsyncHTTPClient
import CacheAPI
import ChunkStore
import Chunking
import FoundationEssentials
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import OCI
import ServiceLifecycle
import SystemPackage
import TestSupport

@testable import larderd

/// A server of the registry alone, on a store of its own.
struct TestRegistry: Sendable {
    let client: TestClient
    let executor: StoreExecutor
    /// What the store is in.
    let root: FilePath

    var port: Int { client.port }
    /// The host in image names that mean this registry.
    var host: String { "127.0.0.1:\(port)" }

    /// Uploads a blob in one request after the first.
    func push(_ bytes: [UInt8], to repository: String) async throws -> Digest {
        try await client.push(bytes, to: repository)
    }

    /// Puts a manifest or index.
    @discardableResult
    func put(
        _ bytes: [UInt8], type: String = MediaType.manifest, to repository: String, as reference: String
    ) async throws -> TestClient.Answer {
        try await client.put(bytes, type: type, to: repository, as: reference)
    }

    /// Pushes an image's blobs and its manifest.
    @discardableResult
    func push(_ image: SampleImage, to repository: String, as reference: String) async throws -> Digest {
        try await client.push(image, to: repository, as: reference)
    }
}

extension TestClient {
    /// Uploads a blob in one request after the first.
    func push(_ bytes: [UInt8], to repository: String) async throws -> Digest {
        let digest = Digest(hashing: bytes)
        let begun = try await send(.POST, "/v2/\(repository)/blobs/uploads/")
        let location = begun.headers.first(name: "location") ?? ""
        let answer = try await put("\(location)?digest=\(digest)", bytes)
        guard answer.status == 201 else { throw UnexpectedAnswer(status: answer.status, text: answer.text) }
        return digest
    }

    /// Puts a manifest or index.
    @discardableResult
    func put(
        _ bytes: [UInt8], type: String = MediaType.manifest, to repository: String, as reference: String
    ) async throws -> Answer {
        try await send(
            .PUT, "/v2/\(repository)/manifests/\(reference)", body: .bytes(bytes), headers: ["content-type": type])
    }

    /// Pushes an image's blobs and its manifest.
    @discardableResult
    func push(_ image: SampleImage, to repository: String, as reference: String) async throws -> Digest {
        for blob in image.blobs + [image.config] { _ = try await push(blob, to: repository) }
        let answer = try await put(image.manifest, to: repository, as: reference)
        guard answer.status == 201 else { throw UnexpectedAnswer(status: answer.status, text: answer.text) }
        return Digest(hashing: image.manifest)
    }
}

struct UnexpectedAnswer: Error {
    let status: UInt
    let text: String
}

extension TestClient.Answer {
    /// The code of the failure in a registry's body.
    var registryError: String? { try? json(RegistryErrorBody.self).errors.first?.code }
}

/// Lends a registry on a new root. `addRoutes` puts others in front of it.
func withRegistry<Result: Sendable>(
    limits: Limits = Limits(), rules: TagRules = TagRules(),
    localProjects: Set<ProjectName>? = nil, mirrors: MirrorRules? = nil, credentials: CredentialFile? = nil,
    options: Store.Options = Store.Options(), encodings: (FilePath) -> LayerEncodings? = { _ in nil },
    addRoutes: (Router<LarderRequestContext>) -> Void = { _ in },
    _ body: @Sendable (TestRegistry) async throws -> Result
) async throws -> Result {
    try await withTemporaryDirectory { directory in
        let threads = NIOThreadPool(numberOfThreads: 4)
        threads.start()
        let root = directory.appending("root")
        let store = try Store(opening: root, options: options, logger: .silent)
        let executor = StoreExecutor(store: store, threads: threads)
        let router = Router(context: LarderRequestContext.self)
        router.add(middleware: EverybodyMayDoEverything())
        addRoutes(router)
        RegistryRoutes(
            executor: executor, rules: rules, localProjects: localProjects, limits: limits,
            mirror: mirrors.map {
                UpstreamMirror(
                    executor: executor, access: UpstreamAccess(credentials: credentials, logger: .silent), rules: $0)
            },
            encodings: encodings(root)
        ).add(to: router)
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(
                try await withApplication(router) { port in
                    try await body(TestRegistry(client: TestClient(port: port), executor: executor, root: root))
                })
        } catch {
            outcome = .failure(error)
        }
        store.close()
        try await threads.shutdownGracefully()
        return try outcome.get()
    }
}

/// Serves `router` on a free port while `body` runs.
func withApplication<Result: Sendable>(
    _ router: Router<LarderRequestContext>, _ body: @Sendable (Int) async throws -> Result
) async throws -> Result {
    let (ports, announce) = AsyncStream<Int>.makeStream()
    let waiting = WaitingConnections()
    let application = Application(
        router: router,
        server: AcceptedChannel.server(waiting: waiting),
        configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
        onServerRunning: { announce.yield($0.localAddress?.port ?? 0) }, logger: .silent)
    let group = ServiceGroup(
        configuration: ServiceGroupConfiguration(services: [application], logger: .silent))
    async let running: Void = {
        defer { announce.finish() }
        try await group.run()
    }()
    guard let port = await ports.first(where: { _ in true }) else {
        try await running
        throw CancellationError()
    }
    let outcome: Swift.Result<Result, any Error>
    do {
        outcome = .success(try await body(port))
    } catch {
        outcome = .failure(error)
    }
    await group.triggerGracefulShutdown()
    try await running
    await waiting.close()
    return try outcome.get()
}
