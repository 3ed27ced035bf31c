import Hummingbird
import Logging
import NIOCore

/// What travels with a request through middleware and routes.
struct LarderRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
    }
}
