import Access
import Hummingbird

/// Notes in a request's context who sends it. Decides nothing: that is done where the route's demand is known.
struct Identification: RouterMiddleware {
    let control: AccessControl

    func handle(
        _ request: Request, context: LarderRequestContext,
        next: @concurrent (Request, LarderRequestContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.access = await control.check(
            Credentials(authorization: request.headers[.authorization], certificate: context.clientCertificate))
        return try await next(request, context)
    }
}
