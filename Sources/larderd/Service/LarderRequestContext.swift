import Access
import Hummingbird
import Logging
import NIOCore

/// What travels with a request through middleware and routes.
struct LarderRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The address that the request came from; `nil` for a socket that has none.
    let client: String?
    /// What whoever sends it may do: nothing before ``Identification`` knows who that is.
    var access = AccessCheck(policy: AccessPolicy(), identity: .anonymous)

    /// Who sends it.
    var identity: Identity { access.identity }

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        client = source.channel.remoteAddress?.ipAddress
    }
}
