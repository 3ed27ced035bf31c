import CacheAPI
import Hummingbird

/// What `larderd quarantine` has a running server do, through its admin socket alone.
struct QuarantineRoutes: Sendable {
    enum Path {
        static let quarantine = "/quarantine"
        static let decide = "/quarantine/decide"
    }

    /// `nil` when nothing is judged.
    let gate: ScanGate?
    let executor: StoreExecutor
    /// Where it is written down; `nil` for nowhere.
    let audit: AuditLog?

    /// Adds `GET /quarantine`, and `POST /quarantine/decide` with a ``QuarantineOrder``.
    func add(to router: Router<LarderRequestContext>) {
        router.get(RouterPath(Path.quarantine)) { _, _ in
            try Response.json(gate?.keeper.quarantine.all ?? [])
        }
        router.post(RouterPath(Path.decide)) { request, _ in
            let order: QuarantineOrder = try await request.bytes(upTo: 64 << 10).decoded()
            guard let gate else {
                throw APIFailure(
                    .badRequest,
                    "This server judges no images: name a file with \(Setting.scanGate.flag) (\(Setting.scanGate.variable))."
                )
            }
            let left = try await gate.carryOut(order)
            audit?.note(AuditEvent(order))
            return try Response.json(left.map { [$0] } ?? [])
        }
    }
}

extension AuditEvent {
    /// What an administrator decided of an image in quarantine.
    init(_ order: QuarantineOrder) {
        self.init(order.verdict == .pass ? .releaseImage : .refuseImage)
        identity = "command"
        project = ProjectName(owning: order.key.repository)?.description
        (repository, reference) = (order.key.repository, order.key.digest)
    }
}
