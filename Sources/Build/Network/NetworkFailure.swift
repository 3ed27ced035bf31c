internal import AsyncHTTPClient
internal import CacheAPI
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Networking
internal import SystemPackage

/// An answer that ended before all of it was there.
struct BrokenAnswer: Error {
    let cause: any Error

    init(_ cause: any Error) {
        self.cause = cause
    }

    /// Whether it was broken off here, because it took too long.
    var isSlow: Bool { cause is SlowAnswer || (cause as? HTTPClientError) == .readTimeout }
}

/// A status that nothing more is known about.
struct UnexpectedStatus: Error {
    let code: UInt
    /// What the header of the name says. Seconds.
    let retryAfter: Int64?
}

/// What can go wrong between two machines.
enum NetworkFailure {
    /// What is told of it.
    static func words(for error: any Error) -> String {
        if let error = error as? BrokenAnswer { return words(for: error.cause) }
        if let error = error as? HTTPClientError { return words(for: error) }
        if let error = error as? IOError { return Errno(rawValue: error.errnoCode).description.lowercased() }
        if let error = error as? NIOConnectionError, error.connectionErrors.isEmpty {
            return "there is no address for the name '\(error.host)'"
        }
        if isAboutCertificate(error) {
            return
                "its certificate is not from an authority that is known here, or for another host; a file with the authority's certificate is given with --ca-file"
        }
        let text = "\(error)"
        if error is NIOSSLError || error is BoringSSLError, let words = words(forTLS: text) { return words }
        return text.contains("Connection refused") ? "connection refused" : text
    }

    /// What the alerts of TLS (RFC 8446, 6) mean that a server sends about its client.
    private static func words(forTLS text: String) -> String? {
        if text.contains("CERTIFICATE_REQUIRED") {
            return "it wants a certificate of who comes, which is given with --client-cert and --client-key"
        }
        if ["ALERT_UNKNOWN_CA", "ALERT_BAD_CERTIFICATE", "ALERT_CERTIFICATE_"].contains(where: { text.contains($0) }) {
            return "it does not believe the certificate of --client-cert: is it expired, or from another authority?"
        }
        return text.contains("WRONG_VERSION_NUMBER") ? "it serves plain HTTP: write http:// in its address" : nil
    }

    private static func words(for error: HTTPClientError) -> String {
        switch error {
        case .connectTimeout: "no connection in time"
        case .deadlineExceeded, .readTimeout: "no answer in time"
        case .remoteConnectionClosed: "it closed the connection"
        case .proxyAuthenticationRequired:
            "the proxy wants a login; write it as in HTTPS_PROXY=http://user:password@proxy.example.com:3128"
        case .invalidProxyResponse: "the proxy does not connect to it"
        case .httpProxyHandshakeTimeout, .socksHandshakeTimeout: "the proxy does not answer in time"
        default: error.shortDescription
        }
    }

    private static func isAboutCertificate(_ error: any Error) -> Bool {
        switch error {
        case NIOSSLError.handshakeFailed(let reason): "\(reason)".contains("CERTIFICATE_VERIFY_FAILED")
        case is NIOSSLExtraError: true
        default: false
        }
    }

    /// Whether the same may work in a moment.
    static func isPassing(_ error: any Error) -> Bool {
        switch error {
        case let error as BuildError: error.cause.map(isPassing) ?? false
        case is BrokenAnswer: true
        case let error as UnexpectedStatus: [429, 502, 503, 504].contains(error.code)
        case let error as APIFailure: error.code == .unavailable
        case let error as HTTPClientError:
            [.remoteConnectionClosed, .connectTimeout, .uncleanShutdown, .tlsHandshakeTimeout].contains(error)
        case is HTTPParserError, is IOError, is NIOConnectionError, is ChannelError: true
        case NIOSSLError.uncleanShutdown: true
        default: false
        }
    }
}
