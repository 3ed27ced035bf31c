import Access
import Hummingbird
import Logging
import NIOCore

/// What travels with a request through middleware and routes.
struct LarderRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// What whoever sends it may do: nothing before ``Identification`` knows who that is.
    var access = AccessCheck(policy: AccessPolicy(), identity: .anonymous)

    /// Who sends it.
    var identity: Identity { access.identity }

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
    }
}
