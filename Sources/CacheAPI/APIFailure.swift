/// The body of every answer of the cache API that is not a success.
public struct APIFailure: Error, Codable, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is; the HTTP status follows from it.
    public enum Code: String, Codable, Sendable, CaseIterable {
        /// 400: the request cannot be read.
        case badRequest
        /// 400: a name, digest, tag or path is not valid.
        case invalidName
        /// 422: bytes are not what they claim to be.
        case invalidContent
        /// 401: whoever asks has to show who they are.
        case unauthenticated
        /// 403: whoever asks lacks a right; the message says which, and where.
        case forbidden
        /// 403: a rule of the server forbids it.
        case denied
        /// 404: nothing is there.
        case notFound
        /// 409: chunks or layers that are named are not there; send them again.
        case missingContent
        /// 413: a limit is exceeded.
        case tooLarge
        /// 429: the client asks for too much at once; `Retry-After` says when it may again.
        case tooManyRequests
        /// 502: another registry did not give what was asked.
        case upstream
        /// 507: the disk is full.
        case diskFull
        /// 503: the server is stopping, an earlier disk error stopped writes, or it cannot be found out now who asks.
        case unavailable
        /// 500: anything else.
        case `internal`
    }

    /// What kind of failure it is.
    public var code: Code
    /// A sentence for people.
    public var message: String

    /// Makes a failure.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The HTTP status that goes with the code.
    public var status: Int {
        switch code {
        case .badRequest, .invalidName: 400
        case .unauthenticated: 401
        case .denied, .forbidden: 403
        case .notFound: 404
        case .missingContent: 409
        case .tooLarge: 413
        case .invalidContent: 422
        case .tooManyRequests: 429
        case .internal: 500
        case .upstream: 502
        case .unavailable: 503
        case .diskFull: 507
        }
    }

    /// The message.
    public var description: String { message }
}
