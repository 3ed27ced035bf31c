import CacheAPI
import HTTPTypes
import Hummingbird
import Logging

/// Logs each request at debug level, and gives its logger the level that the server was asked for and the trace that the client
/// says it belongs to. The answer has the id that all lines about a request have (`hb.request.id`).
struct RequestLogging: RouterMiddleware {
    let level: Logger.Level

    func handle(
        _ request: Request, context: LarderRequestContext,
        next: @concurrent (Request, LarderRequestContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.logger.logLevel = level
        if let trace = request.headers[.traceparent].flatMap({ TraceContext(traceparent: $0) }) {
            context.logger[metadataKey: "trace.id"] = "\(trace.traceID)"
            context.logger[metadataKey: "trace.parent"] = "\(trace.spanID)"
        }
        let start = ContinuousClock.now
        var response = try await next(request, context)
        response.headers[.requestID] = context.requestID
        context.logger.debug(
            "request",
            metadata: [
                "http.method": "\(request.method)", "http.path": "\(request.uri.path)",
                "http.status": "\(response.status.code)", "seconds": "\((ContinuousClock.now - start) / .seconds(1))",
            ])
        return response
    }
}

extension HTTPField.Name {
    /// `traceparent`, of W3C Trace Context.
    static let traceparent = name(TraceContext.headerName)

    /// `X-Request-Id`: under which the log tells of the request.
    static let requestID = name("X-Request-Id")

    // The names above are valid ones, so the second branch is never taken.
    private static func name(_ name: String) -> HTTPField.Name { HTTPField.Name(name) ?? .contentDisposition }
}
