import FoundationEssentials
import OCI
import SystemPackage

/// The proxies that docker's own settings (`proxies` in `config.json`) give to all builds as build arguments.
struct DockerProxies: Sendable {
    private struct Settings: Decodable {
        struct Proxies: Decodable {
            var httpProxy: String?
            var httpsProxy: String?
            var noProxy: String?
            var ftpProxy: String?
            var allProxy: String?
        }

        var proxies: [String: Proxies]?
    }

    /// `NAME=VALUE`, in both spellings, in a fixed order.
    let arguments: [String]

    /// Reads what docker would read.
    init(_ surroundings: Surroundings) {
        guard let file = Self.file(surroundings), let bytes = surroundings.file(file) else {
            arguments = []
            return
        }
        arguments = Self.arguments(bytes, daemon: surroundings.value("DOCKER_HOST"))
    }

    /// What a file says for a daemon, else for all; nothing when it cannot be read, of which docker itself tells.
    static func arguments(_ bytes: [UInt8], daemon: String?) -> [String] {
        guard let settings = try? JSONDocument.value(Settings.self, in: bytes),
            let proxies = daemon.flatMap({ settings.proxies?[$0] }) ?? settings.proxies?["default"]
        else { return [] }
        let values = [
            ("HTTP_PROXY", proxies.httpProxy), ("HTTPS_PROXY", proxies.httpsProxy), ("NO_PROXY", proxies.noProxy),
            ("FTP_PROXY", proxies.ftpProxy), ("ALL_PROXY", proxies.allProxy),
        ]
        return values.flatMap { name, value -> [String] in
            guard let value, !value.isEmpty else { return [] }
            return [name, name.lowercased()].map { "\($0)=\(value)" }
        }
    }

    /// Those that `given`, the build arguments of the command line, do not name.
    func missing(from given: [String]) -> [String] {
        func name(_ argument: String) -> Substring { argument.prefix { $0 != "=" } }
        let names = Set(given.map(name))
        return arguments.filter { !names.contains(name($0)) }
    }

    private static func file(_ surroundings: Surroundings) -> FilePath? {
        if let directory = surroundings.value("DOCKER_CONFIG") { return FilePath(directory).appending("config.json") }
        return surroundings.value("HOME").map { FilePath($0).appending(".docker").appending("config.json") }
    }
}
