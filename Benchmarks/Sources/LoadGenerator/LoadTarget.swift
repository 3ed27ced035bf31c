/// What is asked for: an `http://` URL in parts.
public struct LoadTarget: Hashable, Sendable {
    /// The name or address of the machine.
    public let host: String
    /// The port.
    public let port: UInt16
    /// The path and what follows it; begins with `/`.
    public let path: String

    /// - Throws: ``LoadError`` when `url` is none, or needs TLS.
    public init(_ url: String) throws {
        let scheme = "http://"
        guard url.lowercased().hasPrefix(scheme) else {
            throw LoadError("'\(url)' is no http:// URL; TLS is not spoken here: give the server's plain address.")
        }
        let rest = url.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        path = authority.endIndex == rest.endIndex ? "/" : String(rest[authority.endIndex...])
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let name = parts.first, !name.isEmpty,
            let port = parts.count == 1 ? 80 : UInt16(parts[1])
        else {
            throw LoadError("'\(url)' has no host and port as in http://127.0.0.1:7070/v2/.")
        }
        host = String(name)
        self.port = port
    }
}
