import OCI

/// Which registries are mirrored, and how requests name their repositories.
struct MirrorRules: Hashable, Sendable {
    /// A registry that is mirrored, and what the names of its repositories begin with here.
    struct Entry: Hashable, Sendable {
        let name: String
        let host: RegistryHost

        /// Reads `HOST` or `NAME=HOST`; `nil` for anything else.
        init?(_ text: some StringProtocol) {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let last = parts.last, let host = try? RegistryHost(String(last)) else { return nil }
            self.host = host
            name = parts.count == 2 ? String(parts[0]) : host.description
            // Without a name of its own a host with a port would be in no path.
            guard let repository = try? RepositoryName(name), repository.components.count == 1 else { return nil }
        }
    }

    var entries: [Entry] = []
    /// The registry that repositories are looked for in which this server does not know, and whose project it does not
    /// know either.
    var fallback: RegistryHost?
    /// How long a tag is used before its registry is asked again. Seconds.
    var freshness: UInt64 = 300

    /// The place that a request means.
    /// - Parameters:
    ///   - name: the repository as it is in the path.
    ///   - namespace: the registry as containerd and BuildKit name it, in the query `ns`.
    func place(of name: RepositoryName, namespace: String?) -> MirrorPlace? {
        if let namespace {
            guard let host = try? RegistryHost(namespace), entries.contains(where: { $0.host == host }) else {
                return nil
            }
            return Self.place(host, name)
        }
        let components = name.components
        guard components.count > 1, let entry = entries.first(where: { $0.name == components[0] }),
            let rest = try? RepositoryName(components.dropFirst().joined(separator: "/"))
        else { return nil }
        return Self.place(entry.host, rest)
    }

    /// Where a repository is looked for that this server does not know. Nowhere when another registry than docker.io, which
    /// is what the fallback stands in for, is named: what it has is not what the fallback has.
    func fallbackPlace(of name: RepositoryName, namespace: String?) -> MirrorPlace? {
        if let namespace, (try? RegistryHost(namespace)) != .dockerHub { return nil }
        return fallback.map { Self.place($0, name) }
    }

    private static func place(_ host: RegistryHost, _ name: RepositoryName) -> MirrorPlace {
        // One component means docker.io's own images, which it keeps below `library`.
        guard host == .dockerHub, name.components.count == 1,
            let official = try? RepositoryName("library/\(name)")
        else { return MirrorPlace(host: host, repository: name) }
        return MirrorPlace(host: host, repository: official)
    }
}
