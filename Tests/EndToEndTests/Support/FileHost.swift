import HTTPTypes
import Hummingbird
import NIOHTTP1
import Synchronization
import SystemPackage

/// A web server of this machine with a few files, which notes what is asked of it.
final class FileHost: Sendable {
    /// What it answers for a path.
    struct Page: Sendable {
        var bytes: [UInt8]
        var headers: [String: String] = [:]
        var status = 200
        /// What `Authorization` must be.
        var login: String?
    }

    /// What it has, by path.
    let pages: Mutex<[String: Page]>
    /// The paths that were asked for.
    let requests = Mutex<[String]>([])
    private let bound = Mutex(0)

    private init(_ pages: [String: Page]) {
        self.pages = Mutex(pages)
    }

    var url: String { "http://127.0.0.1:\(bound.withLock { $0 })" }

    /// Lends a server to `body`.
    static func run(_ pages: [String: Page], _ body: @Sendable (FileHost) async throws -> Void) async throws {
        let host = FileHost(pages)
        let router = Router()
        router.get("**") { request, _ in host.answer(request.uri.path, request.headers[.authorization]) }
        try await LoopbackServer.run(router) { port in
            host.bound.withLock { $0 = port }
            try await body(host)
        }
    }

    private func answer(_ path: String, _ login: String?) -> Response {
        requests.withLock { $0.append(path) }
        guard let page = pages.withLock({ $0[path] }) else { return Response(status: .notFound) }
        if let wanted = page.login, wanted != login { return Response(status: .unauthorized) }
        var response = Response(
            status: .init(code: page.status), body: .init(byteBuffer: ByteBuffer(bytes: page.bytes)))
        for (name, value) in page.headers {
            if let name = HTTPField.Name(name) { response.headers[name] = value }
        }
        return response
    }
}
