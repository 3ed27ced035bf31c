import Access
import CacheAPI
import Hummingbird
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
        /// Who asks cannot be found out at the moment.
        case unavailable
    }

    let kind: Kind
    /// A sentence for people. No secret.
    let description: String
    /// In how many seconds to ask again; `nil` when there is no use in that.
    let retryAfter: Int?

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
        retryAfter = nil
    }

    /// What is shown can be checked in so many seconds, and not now. It is in the audit log as a refusal.
    init(_ reason: String, retryAfter: Int) {
        RequestNotes.current?.note { $0.isRefused = true }
        kind = .unavailable
        description = "This server cannot check now what you show: \(reason). Try again in \(retryAfter) s."
        self.retryAfter = retryAfter
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
        case .unavailable: self.init(.unavailable, refusal.description)
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
        case .unavailable: self.init(.unavailable, refusal.description)
        }
        if let seconds = refusal.retryAfter { headers[.retryAfter] = "\(seconds)" }
    }
}
