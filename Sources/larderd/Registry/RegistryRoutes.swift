import Hummingbird

/// The OCI distribution API (distribution-spec 1.1) below `/v2/`.
struct RegistryRoutes: Sendable {
    let executor: StoreExecutor

    /// Adds the routes to `router`.
    func add(to router: Router<LarderRequestContext>) {}
}
