import Access
import CacheAPI
import FoundationEssentials
import Hummingbird
import OCI

/// What administrators of a project decide of its images in quarantine, over HTTP: what `larderd quarantine release` and `refuse`
/// do on the server itself.
struct VerdictRoutes: Sendable {
    /// What is asked.
    struct Order: Codable, Hashable, Sendable {
        /// As in `shop/api@sha256:…`.
        let image: String
        /// Why, for people; kept with the verdict.
        var reason: String?
    }

    /// What came of it.
    struct Answer: Codable, Hashable, Sendable {
        enum State: String, Codable, Sendable {
            /// Its tags are set.
            case released
            /// It stays in quarantine.
            case refused
        }

        let image: String
        let state: State
        /// The tags that waited for it.
        let tags: [String]
    }

    private static let bytesMaximum = 16 << 10

    /// `nil` when nothing is judged.
    let gate: ScanGate?

    /// Adds the routes to `router`.
    func add(to router: Router<LarderRequestContext>) {
        router.group("/api/v1").add(VerdictRoute.self) { try await answer($0, $1, $2) }
    }

    private func answer(
        _ route: VerdictRoute, _ request: Request, _ context: LarderRequestContext
    ) async throws -> Response {
        let project = try context.project()
        // A page of another origin can send JSON only if a server agrees to it, which this one does to nobody.
        guard request.headers[.contentType]?.hasPrefix("application/json") == true else {
            throw APIFailure(.badRequest, "The body must be JSON, and say so: Content-Type: application/json.")
        }
        let order: Order = try await request.bytes(upTo: Self.bytesMaximum).decoded()
        let key = try Self.key(order.image, in: project)
        RequestNotes.current?.note { ($0.repository, $0.reference) = (key.repository, key.digest) }
        guard let gate, let entry = gate.keeper.quarantine[key] else {
            throw APIFailure(
                .notFound, "\(key) is not in quarantine; GET /api/v1/projects/\(project)/quarantine lists what is.")
        }
        let verdict: ScanVerdict.Result = route == .release ? .pass : .refuse
        let left = try await gate.carryOut(QuarantineOrder(key: key, verdict: verdict, reason: order.reason))
        let encoder = JSONEncoder.cacheAPI
        encoder.outputFormatting.insert(.sortedKeys)
        return Response.json(
            encoded: try encoder.encode(
                Answer(image: "\(key)", state: left == nil ? .released : .refused, tags: entry.tags)))
    }

    /// Which image is named.
    private static func key(_ text: String, in project: ProjectName) throws(APIFailure) -> QuarantineEntry.Key {
        guard let key = QuarantineEntry.Key(text) else {
            throw APIFailure(
                .invalidName, "'\(text.prefix(100))' is no image: name it as in \(project)/app@sha256:….")
        }
        guard ProjectName(owning: key.repository) == project else {
            throw APIFailure(.notFound, "Project \(project) has no repository '\(key.repository.prefix(100))'.")
        }
        return key
    }
}
