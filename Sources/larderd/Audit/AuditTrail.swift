import Access
import CacheAPI
import Hummingbird
import Logging
import OCI

/// Writes down what requests changed, who logged in, and what was refused. Stands around everything that answers or refuses.
struct AuditTrail: RouterMiddleware {
    /// `nil` when nothing is to be written.
    let log: AuditLog?

    func handle(
        _ request: Request, context: LarderRequestContext,
        next: @concurrent (Request, LarderRequestContext) async throws -> Response
    ) async throws -> Response {
        let notes = RequestNotes()
        notes.note { $0.identity = context.identity }
        let response = try await RequestNotes.$current.withValue(notes) { try await next(request, context) }
        if let log, let event = Self.event(request, context, notes.contents, response) { log.note(event) }
        return response
    }

    /// What is to be written of a request; `nil` for what changed nothing.
    private static func event(
        _ request: Request, _ context: LarderRequestContext, _ contents: RequestNotes.Contents, _ response: Response
    ) -> AuditEvent? {
        let status = Int(response.status.code)
        let isRefused = [401, 403, 429].contains(status) || contents.isRefused
        let query = request.uri.queryParameters
        let subject = AuditSubject(
            request.method, path: request.uri.path, finishesUpload: query["digest"] != nil || query["mount"] != nil)
        let action = contents.promoted > 0 ? .promoteStep : subject.action
        guard isRefused || action.isChange else { return nil }
        // An upload that was begun instead of a mount has changed nothing.
        if status == 202, subject.action == .pushBlob { return nil }
        var event = AuditEvent(action)
        event.count = contents.promoted > 0 ? contents.promoted : nil
        event.outcome = isRefused ? .refused : status < 400 ? .done : .failed
        event.status = status
        event.request = context.requestID
        event.identity = contents.identity.description
        event.job = contents.identity.job
        let address = context.connection.address
        event.client = address.isEmpty ? nil : address
        event.project = subject.project
        event.scope = contents.scope?.description
        event.repository = contents.repository ?? subject.repository
        event.reference = contents.reference ?? subject.reference
        event.tags = contents.tags.map(\.description)
        return event
    }
}

/// Tells the notes who asks, as soon as that is known.
struct IdentityNote: RouterMiddleware {
    func handle(
        _ request: Request, context: LarderRequestContext,
        next: @concurrent (Request, LarderRequestContext) async throws -> Response
    ) async throws -> Response {
        RequestNotes.current?.note { $0.identity = context.identity }
        return try await next(request, context)
    }
}
