internal import Chunking
internal import OCI
internal import SystemPackage

/// Brings the layers of an ``ImageLayout`` to where builds find layers: to the server, or to this runner where there is none.
struct LayoutImport: Sendable {
    let link: ServerLink
    /// ``StateDirectory/layers``.
    let directory: FilePath

    /// Finds an image and has its layers where a build finds them.
    /// - Throws: `invalidInput`, `corrupt`, `io`.
    func image(_ name: String, for platform: Platform) async throws -> BaseImages.Image {
        let layout = try ImageLayout(name)
        let found = try await BlockingThreads.run { try layout.image(for: platform) }
        let configuration: ImageConfiguration = try JSONDocument.decode(
            from: found.configuration, subject: "the configuration of \(name)")
        let chain = configuration.rootfs.diffIDs
        guard chain.count == found.layers.count else {
            throw BuildError(
                .invalidInput,
                "\(name) has \(found.layers.count) layers and \(chain.count) diff_ids, so it cannot be built upon.")
        }
        var seen: Set<Digest> = []
        for (layer, blob) in zip(chain, found.layers) where seen.insert(layer).inserted {
            try await bring(layer, from: layout.path(of: blob.digest), of: name)
        }
        return BaseImages.Image(digest: found.digest, configuration: configuration, chain: chain)
    }

    private func bring(_ layer: Digest, from file: FilePath, of name: String) async throws {
        if let server = link.writing {
            if (try? await server.recipe(of: layer)) != nil { return }
            let outcome = try await LayerUpload(server: server, known: KnownChunks()).run { write in
                try ArchiveBytes.read(file, write)
            }
            guard outcome.layer.recipe.digest == layer else { throw Self.mismatch(layer, name) }
            guard let failure = outcome.failure else { return }
            link.refuseWrites(failure)
        }
        try await BlockingThreads.run { [directory] in
            try LocalLayers(root: directory).unpack(layer) { write in try ArchiveBytes.read(file, write) }
        }
    }

    private static func mismatch(_ layer: Digest, _ name: String) -> BuildError {
        BuildError(.corrupt, "\(name) has other bytes for the layer \(layer.short) than its configuration says.")
    }
}
