internal import Chunking
internal import Networking
public import OCI
public import SystemPackage

/// Gives an image that a build has put on the server to a docker of this machine.
public struct EngineLoad: Sendable {
    /// The image on the server, without a host.
    public var image: ImageReference
    /// The names that it gets.
    public var names: [ImageReference]
    /// The docker.
    public var program: FilePath

    /// Makes a load.
    public init(_ image: ImageReference, as names: [ImageReference], into program: FilePath) {
        (self.image, self.names, self.program) = (image, names, program)
    }

    /// Has docker take the image. Layers are handed through as they come.
    /// - Throws: `server` when the image cannot be read, `invalidInput` for one that `larder build` did not make, `io` with what
    ///   docker said.
    public func run(on server: ServerConnection, events: any BuildEventSink) async throws {
        let export = try await export(on: server)
        let engine = ContainerEngine(name: "docker", program: program)
        try await ProgressLog(events).run("loading \(names.map(\.description).joined(separator: ", ")) into docker") {
            task in
            for line in try await engine.load(export) { task.output(line) }
        }
    }

    private func export(on server: ServerConnection) async throws -> ImageExport {
        var stored = try await StoredImage(image, on: server)
        if MediaType.isIndex(stored.root.mediaType) {
            let own = Platform(os: "linux", architecture: ProgramHandlers.ownArchitecture)
            guard let chosen = try StoredImage.index(stored.root).manifest(for: own) else {
                throw BuildError(.invalidInput, "\(image) is not made for this machine, which is \(own).")
            }
            var name = image
            (name.tag, name.digest) = (nil, chosen.digest)
            stored = try await StoredImage(name, on: server)
        }
        let manifest = try StoredImage.manifest(stored.root)
        let configuration = Monitor<[UInt8]>([])
        try await stored.blob(manifest.config).read { source in
            try source { bytes in configuration.update { $0.append(copying: bytes) } }
        }
        let blobs = Dictionary(
            manifest.layers.map { ($0.digest, stored.blob($0)) }, uniquingKeysWith: { first, _ in first })
        let document = configuration.wait { $0 }
        let facts: ImageConfiguration = try JSONDocument.decode(from: document, subject: "the configuration")
        guard facts.rootfs.diffIDs == manifest.layers.map(\.digest) else {
            throw BuildError(.invalidInput, "The layers of \(image) are compressed: pull it with docker.")
        }
        return ImageExport(
            configuration: document, layers: facts.rootfs.diffIDs, names: names,
            size: { blobs[$0]?.size ?? 0 },
            read: { layer, use in
                guard let blob = blobs[layer] else {
                    throw BuildError(.corrupt, "The image has no layer \(layer.short).")
                }
                try await blob.read(use)
            })
    }
}
