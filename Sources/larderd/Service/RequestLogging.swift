import Hummingbird
import Logging

/// Logs each request at debug level, and gives its logger the level that the server was asked for.
struct RequestLogging: RouterMiddleware {
    let level: Logger.Level

    func handle(
        _ request: Request, context: LarderRequestContext,
        next: @concurrent (Request, LarderRequestContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.logger.logLevel = level
        let start = ContinuousClock.now
        let response = try await next(request, context)
        context.logger.debug(
            "request",
            metadata: [
                "http.method": "\(request.method)", "http.path": "\(request.uri.path)",
                "http.status": "\(response.status.code)", "seconds": "\((ContinuousClock.now - start) / .seconds(1))",
            ])
        return response
    }
}
