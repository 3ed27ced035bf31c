import Access
import Hummingbird
import Logging
import NIOCore

/// What travels with a request through middleware and routes.
struct LarderRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Who asks; whoever does not say is the anonymous.
    var identity = Identity.anonymous

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
    }
}
