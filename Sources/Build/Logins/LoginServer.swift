public import OCI

/// What one logs in to: a larderd, or any registry.
public struct LoginServer: Hashable, Sendable, CustomStringConvertible {
    /// How logins for it are kept, and how images name it.
    public let host: RegistryHost
    /// Scheme, host and port, without a slash at the end.
    let endpoint: String

    /// Reads `host[:port]`, which is spoken to with TLS unless it is this machine, or an address with its scheme.
    /// - Throws: `invalidInput`.
    public init(_ text: String) throws(BuildError) {
        let address = text.contains("://") ? try ServerAddress(text) : nil
        do {
            host = try RegistryHost(address?.registryHost ?? text)
        } catch {
            throw BuildError(
                .invalidInput, "'\(text)' is no server: write HOST[:PORT], or its address, as in https://HOST.",
                cause: error)
        }
        guard let address, host != .dockerHub else {
            endpoint = host.endpoint
            return
        }
        endpoint = address.description.prefix { $0 != ":" }.lowercased() + "://\(address.registryHost)"
    }

    /// Whether others on the way can read what is sent.
    public var isExposed: Bool { endpoint.hasPrefix("http://") && !host.isLoopback }

    /// The host.
    public var description: String { host.description }
}
