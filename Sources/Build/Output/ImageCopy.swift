internal import Chunking
internal import Networking
public import OCI
public import SystemPackage

/// Copies an image from the server's registry to others.
public struct ImageCopy: Sendable {
    /// The image, without a host.
    public var name: ImageReference
    /// Where it goes: names with a host. One without a tag gets that of the image.
    public var destinations: [ImageReference]
    /// How its layers are to be compressed; `nil` leaves them, and so the image's digest, as they are.
    public var compression: LayerCompression?
    /// Where layers that are compressed are kept until they are sent.
    public var temporaryDirectory: FilePath

    /// Makes a copy.
    public init(
        name: ImageReference, destinations: [ImageReference], compression: LayerCompression?,
        temporaryDirectory: FilePath
    ) {
        self.name = name
        self.destinations = destinations
        self.compression = compression
        self.temporaryDirectory = temporaryDirectory
    }

    /// Copies what the destinations lack, to several of them at once, with the logins of docker or podman. A list of
    /// images for several platforms is copied whole.
    /// - Returns: the digest that the image has at its destinations.
    /// - Throws: `server` when the image cannot be read; `notPermitted` or `registry` when a destination does not take
    ///   it, after all others were tried; `corrupt`, `io`, `invalidInput`.
    public func run(on server: ServerConnection, events: any BuildEventSink) async throws -> String {
        try await run(on: server, RegistryCredentials(), ProgressLog(events))
    }

    /// The same for those who also want to know how many bytes the image's own document has.
    public func copied(
        on server: ServerConnection, events: any BuildEventSink
    ) async throws -> (digest: String, byteCount: Int) {
        let root = try await copied(on: server, RegistryCredentials(), ProgressLog(events))
        return (root.digest.description, root.bytes.count)
    }

    func run(
        on server: ServerConnection, _ credentials: RegistryCredentials, _ progress: ProgressLog
    ) async throws -> String {
        try await copied(on: server, credentials, progress).digest.description
    }

    private func copied(
        on server: ServerConnection, _ credentials: RegistryCredentials, _ progress: ProgressLog
    ) async throws -> PushContent.Document {
        let image = try await progress.run("resolve \(name)") { _ in try await StoredImage(name, on: server) }
        let content = try await content(of: image, on: server, progress)
        try await PushDestination.push(content, to: pushDestinations, credentials, server.network, progress)
        return content.root
    }

    private func content(
        of image: StoredImage, on server: ServerConnection, _ progress: ProgressLog
    ) async throws -> PushContent {
        let referrers = try await ImageReferrers(
            of: image.documents.map(\.digest), in: name.repository, on: server)
        guard let compression else {
            var content = try image.content()
            content.add(referrers)
            return content
        }
        return try await progress.run("compressing layers with \(compression.format)") { task in
            let layers = TranscodedLayers(compression, in: temporaryDirectory)
            var content = try await TranscodedImage.content(of: image, layers)
            if content.root == image.root {
                content.add(referrers)
                task.output("all layers are compressed so already; the digest stays \(content.root.digest)")
            } else {
                task.output("the digest becomes \(content.root.digest); on the server it is \(image.root.digest)")
                if !referrers.documents.isEmpty {
                    progress.warn(
                        "What refers to the image, as attestations do, names another digest, and is not copied.")
                }
            }
            return content
        }
    }

    private var pushDestinations: [PushDestination] {
        let named = destinations.map { destination in
            var destination = destination
            // Without either the image has neither: it is pushed by its digest alone.
            if destination.tag == nil { destination.tag = name.tag }
            return destination
        }
        let untagged = named.filter { $0.tag == nil }.compactMap { destination in
            destination.host.map { PushDestination(host: $0, repository: destination.repository, tags: []) }
        }
        return PushDestination.all(of: named.filter { $0.tag != nil }, server: nil) + untagged
    }
}
