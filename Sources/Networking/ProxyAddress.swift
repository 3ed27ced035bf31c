internal import FoundationEssentials
internal import Spelling

/// A proxy, as environment variables name it: `[http://|socks5://][user:password@]host[:port]`.
struct ProxyAddress: Hashable, Sendable {
    /// What is spoken with it.
    enum Kind: Hashable, Sendable {
        case http
        case socks
    }

    let kind: Kind
    /// A name or an address, without brackets.
    let host: String
    let port: Int
    /// `user:password` in base64; `nil` when there is none.
    let login: String?

    /// - Parameter variable: where it stands, for messages.
    /// - Throws: `invalidSetting`, `unsupportedProxy` for a proxy that wants TLS itself.
    init(_ text: String, variable: String) throws(NetworkError) {
        var rest = text[...]
        var kind = Kind.http
        if let end = text.firstRange(of: "://") {
            switch text[..<end.lowerBound].lowercased() {
            case "http": break
            case "socks5", "socks5h": kind = .socks
            case "https":
                throw NetworkError(
                    .unsupportedProxy,
                    """
                    \(variable) names a proxy that is spoken to with TLS (https://), which larder cannot do: write \
                    http:// if the proxy allows it, or list the hosts that need no proxy in NO_PROXY.
                    """)
            default: throw Self.notAProxy(variable)
            }
            rest = text[end.upperBound...]
        }
        var authority = rest.prefix { !"/?#".contains($0) }
        var login: String?
        if let at = authority.lastIndex(of: "@") {
            login = Data(PercentEncoding.decoded(authority[..<at])).base64EncodedString()
            authority = authority[authority.index(after: at)...]
        }
        guard login == nil || kind == .http else {
            throw NetworkError(.unsupportedProxy, "\(variable) has a login for a SOCKS proxy, which larder cannot use.")
        }
        guard let (host, port) = HostAndPort.split(authority), !host.isEmpty else { throw Self.notAProxy(variable) }
        (self.kind, self.host, self.login) = (kind, host, login)
        self.port = port ?? (kind == .http ? 80 : 1080)
    }

    /// The message has no part of the text, which may be a password.
    private static func notAProxy(_ variable: String) -> NetworkError {
        NetworkError(
            .invalidSetting, "\(variable) is no address of a proxy: write it as in http://proxy.example.com:3128.")
    }

    /// Host and port, as URLs have them.
    var authority: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }
}
