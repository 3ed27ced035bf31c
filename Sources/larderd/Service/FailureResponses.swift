import CacheAPI
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1

/// Turns errors of routes into answers, and logs those that are the server's fault.
struct FailureResponses: RouterMiddleware {
    func handle(
        _ request: Request, context: LarderRequestContext,
        next: @concurrent (Request, LarderRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPParserError {
            // The connection is in disorder; the server answers 400 and closes it.
            throw error
        } catch  where error is IOError || error is ChannelError {
            context.logger.debug("client went away", metadata: ["error": "\(error)"])
            return .failure(APIFailure(.badRequest, "The connection broke off."))
        } catch {
            let failure = APIFailure(reporting: error)
            if failure.status >= 500 { context.logFailure(of: request, failure.status, error) }
            var response = Response.failure(failure)
            if let seconds = (error as? AccessRefusal)?.retryAfter { response.headers[.retryAfter] = "\(seconds)" }
            return response
        }
    }
}
