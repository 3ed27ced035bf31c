internal import Chunking
internal import Networking
internal import OCI
internal import SystemPackage

/// A finished image, ready to leave the server: its configuration and a way to read its layers; or an index of several.
struct ImageExport: Sendable {
    /// The image for one platform.
    struct Image: Sendable {
        /// The exact bytes of the configuration.
        let configuration: [UInt8]
        /// The layers from the bottom; their digests are those of the uncompressed tars.
        let layers: [Digest]
        /// What an index says that it is for; `nil` for what the configuration says.
        var platform: Platform?
    }

    /// One for each platform.
    let images: [Image]
    /// The names that the image has.
    let names: [ImageReference]
    /// The length of a layer's tar. Bytes.
    let size: @Sendable (Digest) async throws -> UInt64
    /// Hands a layer's bytes to its last argument, which runs on a thread where it may block.
    let read: @Sendable (Digest, @escaping @Sendable (LayerSource) throws -> Void) async throws -> Void
    /// What compresses the layers; `nil` when they leave as they are.
    let transcoded: TranscodedLayers?
    /// What refers to the image on the server, and goes where it is pushed.
    var referrers: ImageReferrers?

    /// Makes an export.
    /// - Parameter size: without it, layers are read once just to be measured.
    init(
        images: [Image], names: [ImageReference],
        size: (@Sendable (Digest) async throws -> UInt64)? = nil, transcoded: TranscodedLayers? = nil,
        read: @escaping @Sendable (Digest, @escaping @Sendable (LayerSource) throws -> Void) async throws -> Void
    ) {
        self.images = images
        self.names = names
        self.read = read
        self.transcoded = transcoded
        self.size = size ?? { try await Self.measure($0, read) }
    }

    /// Makes everything that was asked for, one after the other, each as a task of `progress`.
    /// - Parameter server: the host of the server, which has the image already.
    /// - Throws: `invalidInput`, `notPermitted`, `io`, `server`, `registry`, or what reading throws.
    func make(
        _ outputs: [ImageOutput], server: RegistryHost?, credentials: RegistryCredentials = RegistryCredentials(),
        network: NetworkSettings = NetworkSettings(), _ progress: ProgressLog
    ) async throws {
        let destinations = PushDestination.all(of: names, server: server)
        let leaves = outputs.contains { output in
            switch output {
            case .file: true
            case .load: false
            case .push: !destinations.isEmpty
            }
        }
        if leaves { try await transcode(progress) }
        for output in outputs {
            switch output {
            case .file(let format, let path):
                try await progress.run("exporting to \(path?.string ?? "standard output")") { task in
                    task.status(ByteText.megabytes(try await write(format, to: path)))
                }
            case .load:
                let engine = try ContainerEngine.find()
                try await progress.run("loading into \(engine.name)") { task in
                    for line in try await engine.load(asStored) { task.output(line) }
                }
            case .push:
                if destinations.isEmpty { continue }
                var content = try await content().pushed
                if let referrers, transcoded == nil {
                    content.add(referrers)
                } else if referrers != nil {
                    progress.warn(
                        "What is attached to the image stays on the server: compressed it has another digest.")
                }
                try await PushDestination.push(content, to: destinations, credentials, network, progress)
            }
        }
    }

    /// The image with its layers as they are on the server, which the engines of this machine read fastest.
    private var asStored: ImageExport {
        ImageExport(images: images, names: names, size: size, read: read)
    }

    /// Compresses all layers, once for all outputs, and says what that does to the image's digest.
    private func transcode(_ progress: ProgressLog) async throws {
        guard let format = transcoded?.compression.format else { return }
        try await progress.run("compressing layers with \(format)") { task in
            let content = try await content()
            let size = content.layers.reduce(0) { $0 + $1.size }
            task.output(
                "the image's digest is \(content.root.digest) where it is compressed with \(format)")
            task.status(ByteText.megabytes(Int(clamping: size)))
        }
    }

    private static func measure(
        _ layer: Digest,
        _ read: @Sendable (Digest, @escaping @Sendable (LayerSource) throws -> Void) async throws -> Void
    ) async throws -> UInt64 {
        let count = Monitor<UInt64>(0)
        try await read(layer) { source in
            try source { bytes in count.update { $0 += UInt64(bytes.byteCount) } }
        }
        return count.wait { $0 }
    }
}
