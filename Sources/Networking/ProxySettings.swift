/// Which requests go through which proxy, as the environment says: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, or the same in
/// lower case.
struct ProxySettings: Sendable {
    private let http: ProxyAddress?
    private let https: ProxyAddress?
    private let exceptions: ProxyExceptions

    /// - Throws: `invalidSetting`, `unsupportedProxy` for an address that cannot be used.
    init(environment: [String: String] = [:]) throws(NetworkError) {
        func value(_ name: String) -> (variable: String, text: String)? {
            for variable in [name, name.lowercased()] {
                if let text = environment[variable], !text.isEmpty { return (variable, text) }
            }
            return nil
        }
        func proxy(_ name: String) throws(NetworkError) -> ProxyAddress? {
            guard let (variable, text) = value(name) else { return nil }
            return try ProxyAddress(text, variable: variable)
        }
        http = try proxy("HTTP_PROXY")
        https = try proxy("HTTPS_PROXY")
        exceptions = ProxyExceptions(value("NO_PROXY")?.text ?? "")
    }

    /// The proxies of no environment.
    private init() {
        (http, https, exceptions) = (nil, nil, ProxyExceptions(""))
    }

    /// No proxy at all.
    static let none = ProxySettings()

    /// The proxy for a URL of `http` or `https`; `nil` when the host is asked itself.
    func proxy(for url: String) -> ProxyAddress? {
        let origin = WebOrigin.text(of: url)
        let isSecure = origin.hasPrefix("https://")
        guard let proxy = isSecure ? https : http else { return nil }
        let authority = origin.drop { $0 != "/" }.drop { $0 == "/" }
        let place = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        guard let (host, port) = HostAndPort.split(place) else { return nil }
        return exceptions.contains(host: host, port: port ?? (isSecure ? 443 : 80)) ? nil : proxy
    }
}
