internal import Dockerfile

/// Where a larderd is: `http://host[:port][/path]` or `https://…`.
public struct ServerAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address without a slash at the end.
    public let description: String
    /// Host and port as image names have them, in lower case: `127.0.0.1:7070`.
    public let registryHost: String

    /// Checks `text`.
    /// - Throws: `invalidInput`.
    public init(_ text: String) throws(BuildError) {
        guard let scheme = ["http://", "https://"].first(where: { text.lowercased().hasPrefix($0) }) else {
            throw BuildError(
                .invalidInput,
                "'\(URLLogin.hidden(in: text))' is not the address of a server: write it as in http://127.0.0.1:7070.")
        }
        let rest = text.dropFirst(scheme.count)
        let host = rest.prefix { $0 != "/" }
        guard !host.isEmpty, !rest.contains(where: { $0 == "?" || $0 == "#" || $0 == "@" || $0.isWhitespace }) else {
            throw BuildError(
                .invalidInput,
                """
                '\(URLLogin.hidden(in: text))' is not the address of a server: after \(scheme) it has a host and maybe a port and a path, \
                as in http://127.0.0.1:7070; a token is given with LARDER_TOKEN or --token-file.
                """)
        }
        let trimmed = rest.reversed().drop { $0 == "/" }.reversed()
        description = scheme + String(trimmed)
        registryHost = host.lowercased()
    }
}
