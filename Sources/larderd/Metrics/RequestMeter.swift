import Hummingbird
import HummingbirdCore
import Synchronization

/// Measures every request: by its route's name, how long it took and how many bytes went which way. Stands within what makes
/// the request's ``RequestNotes``, and around what turns errors into answers.
struct RequestMeter: RouterMiddleware {
    let metrics: ServerMetrics

    func handle(
        _ request: Request, context: LarderRequestContext,
        next: @concurrent (Request, LarderRequestContext) async throws -> Response
    ) async throws -> Response {
        let measurement = RequestMeasurement(metrics, RequestNotes.current)
        var response = try await next(request, context)
        measurement.status.store(Int(response.status.code), ordering: .relaxed)
        // The body is written after the handler has returned, or never.
        let body = response.body
        guard let length = body.contentLength else {
            response.body = body.map { piece in
                measurement.sent.add(piece.readableBytes, ordering: .relaxed)
                return piece
            }
            return response
        }
        let sent = request.method == .head ? 0 : length
        response.body = ResponseBody(contentLength: length) { writer in
            try await body.write(writer)
            measurement.sent.add(sent, ordering: .relaxed)
        }
        return response
    }
}

/// A request that is under way until this is gone.
private final class RequestMeasurement: Sendable {
    let status = Atomic(499)
    let sent = Atomic(0)
    private let metrics: ServerMetrics
    private let notes: RequestNotes?
    private let start = ContinuousClock.now

    init(_ metrics: ServerMetrics, _ notes: RequestNotes?) {
        self.metrics = metrics
        self.notes = notes
        metrics.running.add(1, ordering: .relaxed)
    }

    deinit {
        metrics.running.subtract(1, ordering: .relaxed)
        metrics.count(
            route: notes?.route ?? "none", status: status.load(ordering: .relaxed), ContinuousClock.now - start,
            received: notes?.received ?? 0, sent: sent.load(ordering: .relaxed))
    }
}
