import Hummingbird

/// The cache API below `/api/v1/`, see `CachePath`.
struct CacheRoutes: Sendable {
    let executor: StoreExecutor
    let images: ImageCatalog

    /// Adds the routes to `router`.
    func add(to router: Router<LarderRequestContext>) {}
}
