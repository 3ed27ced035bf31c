internal import AsyncHTTPClient
internal import Chunking
internal import Networking
internal import OCI

/// Where an image is pushed to, and under which tags.
struct PushDestination: Hashable, Sendable {
    /// How many repositories are pushed to at once.
    private static let repositoriesAtOnce = 4

    let host: RegistryHost
    let repository: RepositoryName
    var tags: [TagName]

    /// The repositories that `names` are about, in the order of first mention; not those of `server`, which has the
    /// image, as it has those of names without a host.
    static func all(of names: [ImageReference], server: RegistryHost?) -> [PushDestination] {
        var destinations: [PushDestination] = []
        for name in names.map(\.canonical) {
            guard let host = name.host, host != server, let tag = name.tag else { continue }
            let position = destinations.firstIndex { $0.host == host && $0.repository == name.repository }
            if let position {
                if !destinations[position].tags.contains(tag) { destinations[position].tags.append(tag) }
            } else {
                destinations.append(PushDestination(host: host, repository: name.repository, tags: [tag]))
            }
        }
        return destinations
    }

    /// Pushes `content` to all of `destinations`, several at once; one that fails does not stop the others.
    /// - Throws: what the first that failed did: `notPermitted`, `registry`, or what reading throws.
    static func push(
        _ content: PushContent, to destinations: [PushDestination], _ credentials: RegistryCredentials,
        _ network: NetworkSettings, _ progress: ProgressLog
    ) async throws {
        let http = WebClient(network, .forPushes)
        let failures = await withTaskGroup(of: (Int, (any Error)?).self) { group in
            let turns = TaskLimit(repositoriesAtOnce)
            for (position, destination) in destinations.enumerated() {
                group.addTask {
                    do {
                        try await turns.run { try await destination.push(content, http, credentials, progress) }
                        return (position, nil)
                    } catch {
                        return (position, error)
                    }
                }
            }
            var failures: [Int: any Error] = [:]
            for await (position, failure) in group { failures[position] = failure }
            return failures
        }
        await http.shutdown()
        if let first = failures.keys.min(), let failure = failures[first] { throw failure }
    }

    private func push(
        _ content: PushContent, _ http: WebClient, _ credentials: RegistryCredentials, _ progress: ProgressLog
    ) async throws {
        let names =
            tags.isEmpty ? "@\(content.root.digest.short)" : ":" + tags.map(\.description).joined(separator: ", ")
        try await progress.run("pushing \(host)/\(repository)\(names)") { task in
            let access = RegistryAccess(host, repository, http, credentials)
            let push = RegistryPush(content: content, access: access, retries: http.retries)
            let count = try await push.run(tags)
            task.output("\(host)/\(repository)@\(content.root.digest)")
            task.status("\(ByteText.megabytes(count)) sent")
        }
    }
}
