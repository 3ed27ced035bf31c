import Access
import CacheAPI
import ChunkStore
import Hummingbird
import Logging
import NIOPosix
import Synchronization
import SystemPackage
import TestSupport

@testable import larderd

/// A registry behind a gate, which looks at each request before the registry does.
final class GatedRegistry: Sendable {
    /// Answers instead of the registry, or not.
    typealias Gate = @Sendable (Request, GatedRegistry) throws -> Response?

    /// What was asked for, as `METHOD path`.
    let requests = Mutex<[String]>([])
    private let seen = Mutex<Set<String>>([])
    private let bound = Mutex(0)
    private let gate: Gate

    private init(_ gate: @escaping Gate) {
        self.gate = gate
    }

    var port: Int { bound.withLock { $0 } }
    var host: String { "127.0.0.1:\(port)" }

    /// How many requests there were that begin with `prefix`.
    func count(_ prefix: String) -> Int { requests.withLock { $0.count { $0.hasPrefix(prefix) } } }

    /// Whether this is the first call for `kind`.
    func isFirst(_ kind: String) -> Bool { seen.withLock { $0.insert(kind).inserted } }

    /// Lends a registry on a new root.
    static func run(
        _ gate: @escaping Gate, _ body: @Sendable (GatedRegistry) async throws -> Void
    ) async throws {
        let registry = GatedRegistry(gate)
        let quiet = Logger(label: "registry") { _ in SwiftLogNoOpLogHandler() }
        try await withTemporaryDirectory { directory in
            let store = try Store(opening: directory.appending("root"), logger: quiet)
            defer { store.close() }
            let router = Router(context: LarderRequestContext.self)
            router.add(middleware: GateMiddleware(registry: registry))
            RegistryRoutes(executor: StoreExecutor(store: store, threads: .singleton)).add(to: router)
            try await LoopbackServer.run(router) { port in
                registry.bound.withLock { $0 = port }
                try await body(registry)
            }
        }
    }

    fileprivate func answer(_ request: Request) throws -> Response? {
        requests.withLock { $0.append("\(request.method) \(request.uri.path)") }
        return try gate(request, self)
    }
}

private struct GateMiddleware: RouterMiddleware {
    typealias Context = LarderRequestContext

    let registry: GatedRegistry

    func handle(
        _ request: Request, context: LarderRequestContext,
        next: @concurrent (Request, LarderRequestContext) async throws -> Response
    ) async throws -> Response {
        if let answer = try registry.answer(request) { return answer }
        // Whoever passes the gate may do everything.
        var context = context
        context.access = AccessCheck(
            policy: AccessPolicy(), identity: Identity.anonymous.with(grants: [.everything]))
        return try await next(request, context)
    }
}
