import Chunking
import HTTPTypes
import Hummingbird
import NIOCore

/// The dashboard: a page, its style and its program, which are part of this executable. They tell nothing, so everybody gets them;
/// what they show they ask for with the rights of whoever looks.
struct PageRoutes: Sendable {
    /// What the page may do: run its own program, take its own style and picture, and ask this server. Nothing else, nobody may
    /// show it in a frame, and nothing is sent by a form.
    static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'"

    private struct File: Sendable {
        let type: String
        let bytes: ByteBuffer
        /// Another one for other contents.
        let tag: String

        init(_ route: PageRoute) {
            let content: [UInt8]
            (type, content) =
                switch route {
                case .page: ("text/html; charset=utf-8", PackageResources.dashboard_html)
                case .style: ("text/css; charset=utf-8", PackageResources.dashboard_css)
                case .script: ("text/javascript; charset=utf-8", PackageResources.dashboard_js)
                case .icon: ("image/svg+xml", PackageResources.dashboard_svg)
                }
            bytes = ByteBuffer(bytes: content)
            tag = "\"\(Digest(hashing: content).description.suffix(16))\""
        }
    }

    /// Adds the routes to `router`.
    func add(to router: Router<LarderRequestContext>) {
        let files = Dictionary(uniqueKeysWithValues: PageRoute.allCases.map { ($0, File($0)) })
        router.add(PageRoute.self, answersHead: true) { route, request, _ in
            guard let file = files[route] else { throw HTTPError(.notFound) }
            return Self.response(file, request)
        }
    }

    private static func response(_ file: File, _ request: Request) -> Response {
        var headers: HTTPFields = [
            .contentType: file.type, .eTag: file.tag, .cacheControl: "no-cache",
            .xContentTypeOptions: "nosniff", .contentSecurityPolicy: policy,
        ]
        headers[.referrerPolicy] = "no-referrer"
        headers[.openerPolicy] = "same-origin"
        if request.headers[.ifNoneMatch] == file.tag { return Response(status: .notModified, headers: headers) }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: file.bytes))
    }
}

extension HTTPField.Name {
    fileprivate static let referrerPolicy = name("Referrer-Policy")
    fileprivate static let openerPolicy = name("Cross-Origin-Opener-Policy")

    // The names above are valid ones, so the second branch is never taken.
    private static func name(_ name: String) -> HTTPField.Name { HTTPField.Name(name) ?? .contentDisposition }
}
