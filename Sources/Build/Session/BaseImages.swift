internal import CacheAPI
internal import Chunking
internal import Dockerfile
internal import OCI
internal import SystemPackage

/// The images that a build begins with: asked of the server, and remembered for builds that cannot reach it.
struct BaseImages: Sendable {
    /// An image as a build needs it.
    struct Image: Sendable {
        /// Of the manifest for the platform.
        let digest: Digest
        let configuration: ImageConfiguration
        let chain: [Digest]

        /// `os/arch[/variant]`.
        var platform: String { configuration.platform.description }
    }

    private let link: ServerLink
    /// Where images are remembered.
    private let directory: FilePath
    private let layouts: LayoutImport

    init(_ link: ServerLink, _ state: StateDirectory) {
        self.link = link
        directory = state.images
        layouts = LayoutImport(link: link, directory: state.layers)
    }

    func find(
        _ requests: [Dockerfile.ImageRequest], platform: String, refresh: Bool
    ) async throws -> [Dockerfile.ImageRequest: Image] {
        var found: [Dockerfile.ImageRequest: Image] = [:]
        for request in requests where request.name.hasPrefix(ImageLayout.scheme) {
            found[request] = try await layouts.image(request.name, for: try Platform(request.platform ?? platform))
        }
        let others = requests.filter { found[$0] == nil }
        return found.merging(try await named(others, platform: platform, refresh: refresh)) { $1 }
    }

    /// Those that the server, or nobody, knows.
    private func named(
        _ requests: [Dockerfile.ImageRequest], platform: String, refresh: Bool
    ) async throws -> [Dockerfile.ImageRequest: Image] {
        if requests.isEmpty { return [:] }
        let wanted = requests.map { ResolveQuery.Image(name: $0.name, platform: $0.platform ?? platform) }
        let answered = try await ask(wanted, refresh: refresh)
        var found: [Dockerfile.ImageRequest: Image] = [:]
        for (position, request) in requests.enumerated() {
            let file = file(of: wanted[position])
            if let answer = answered?[position] {
                found[request] = try Self.image(answer, request.name)
                // An image that cannot be remembered costs a later build without a server, not this one.
                try? await BlockingThreads.run { try StateFile.write(try JSONDocument.encode(answer), to: file) }
            } else if let remembered = await Self.remembered(file) {
                found[request] = try Self.image(remembered, request.name)
            } else {
                throw BuildError(
                    .server,
                    """
                    The image \(request.name) cannot be had without the server: start the server, or build on an \
                    image that this runner has built on before.
                    """)
            }
        }
        return found
    }

    private func ask(_ images: [ResolveQuery.Image], refresh: Bool) async throws -> [ResolveAnswer.Image]? {
        var answers: [ResolveAnswer.Image] = []
        for start in stride(from: 0, to: images.count, by: ResolveQuery.imagesMaximum) {
            let part = Array(images[start..<min(start + ResolveQuery.imagesMaximum, images.count)])
            do {
                let answer = try await link.ask { server throws(BuildError) in
                    try await server.resolve(ResolveQuery(images: part, refresh: refresh))
                }
                guard let answer, answer.images.count == part.count else { return nil }
                answers += answer.images
            } catch {
                throw BuildError(.invalidInput, error.description, cause: error)
            }
        }
        return answers
    }

    private static func image(_ answer: ResolveAnswer.Image, _ name: String) throws -> Image {
        let configuration: ImageConfiguration = try JSONDocument.decode(
            from: Array(answer.config.utf8), subject: "the configuration of \(name)")
        return Image(digest: answer.digest, configuration: configuration, chain: answer.chain)
    }

    private func file(of image: ResolveQuery.Image) -> FilePath {
        let name = Digest(hashing: Array("\(image.platform) \(image.name)".utf8)).hex
        return directory.appending("\(name).json")
    }

    private static func remembered(_ file: FilePath) async -> ResolveAnswer.Image? {
        try? await BlockingThreads.run {
            try JSONDocument.decode(from: try StateFile.read(file, upTo: 16 << 20), subject: "the image")
        }
    }
}
