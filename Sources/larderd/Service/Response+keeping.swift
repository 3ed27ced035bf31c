import Hummingbird
import HummingbirdCore

extension Response {
    /// The same response, which keeps `token` until its body is written. That happens after the handler has returned, or never.
    func keeping(_ token: some AnyObject & Sendable) -> Response {
        var response = self
        let body = body
        response.body = ResponseBody(contentLength: body.contentLength) { writer in
            try await body.write(writer)
            withExtendedLifetime(token) {}
        }
        return response
    }
}
