internal import AsyncHTTPClient
internal import OCI

extension ImageExport {
    /// Where an image is pushed to, and under which tags.
    struct Destination: Hashable, Sendable {
        let host: RegistryHost
        let repository: RepositoryName
        var tags: [TagName]
    }

    /// The repositories that `names` are about, in the order of first mention; not those of `server`, which has the
    /// image, as it has those of names without a host.
    static func destinations(of names: [ImageReference], server: RegistryHost?) -> [Destination] {
        var destinations: [Destination] = []
        for name in names.map(\.canonical) {
            guard let host = name.host, host != server, let tag = name.tag else { continue }
            let position = destinations.firstIndex { $0.host == host && $0.repository == name.repository }
            if let position {
                if !destinations[position].tags.contains(tag) { destinations[position].tags.append(tag) }
            } else {
                destinations.append(Destination(host: host, repository: name.repository, tags: [tag]))
            }
        }
        return destinations
    }

    /// Pushes the image to the registries that its names have.
    /// - Throws: `notPermitted`, `registry`, or what reading throws.
    func push(_ credentials: RegistryCredentials, server: RegistryHost?, _ progress: ProgressLog) async throws {
        let destinations = Self.destinations(of: names, server: server)
        guard !destinations.isEmpty else { return }
        let documents = try await documents()
        let http = HTTPClient.forPushes()
        do {
            for destination in destinations {
                let place = "\(destination.host)/\(destination.repository)"
                let tags = destination.tags.map(\.description).joined(separator: ", ")
                try await progress.run("pushing \(place):\(tags)") { task in
                    let access = RegistryAccess(destination.host, destination.repository, http, credentials)
                    let push = RegistryPush(export: self, documents: documents, access: access)
                    let count = try await push.run(destination.tags)
                    task.output("\(place)@\(documents.manifestDigest)")
                    task.status("\(ByteText.megabytes(count)) sent")
                }
            }
        } catch {
            try? await http.shutdown()
            throw error
        }
        try? await http.shutdown()
    }
}
