import Access
import CacheAPI
import OCI

/// Why a request is not done: who asks may not.
struct AccessRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is said to whoever asks.
    enum Kind: Hashable, Sendable {
        /// Say who you are.
        case unauthenticated
        /// There is nothing of that name, as far as whoever asks is concerned.
        case absent
        /// A right is missing.
        case forbidden
        /// There is the right, but not to this.
        case denied
    }

    let kind: Kind
    /// A sentence for people. No secret.
    let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}

extension APIFailure {
    /// The answer of the cache API.
    init(_ refusal: AccessRefusal) {
        switch refusal.kind {
        case .unauthenticated: self.init(.unauthenticated, refusal.description)
        case .absent: self.init(.notFound, refusal.description)
        case .forbidden: self.init(.forbidden, refusal.description)
        case .denied: self.init(.denied, refusal.description)
        }
    }
}

extension RegistryFailure {
    /// The answer of the registry.
    init(_ refusal: AccessRefusal) {
        switch refusal.kind {
        case .unauthenticated: self.init(.unauthorized, refusal.description)
        case .absent: self.init(.nameUnknown, refusal.description)
        case .forbidden, .denied: self.init(.denied, refusal.description)
        }
    }
}
