internal import Chunking
internal import OCI
internal import SystemPackage

/// An image in a directory of this machine (OCI image-spec 1.1, image-layout.md), as `--build-context
/// NAME=oci-layout://DIR[:TAG|@DIGEST]` names it.
struct ImageLayout: Sendable {
    /// What a name begins with that means a directory.
    static let scheme = "oci-layout://"
    private static let documentMaximum = 4 << 20

    /// The image for one platform.
    struct Image: Sendable {
        /// Of its manifest.
        let digest: Digest
        /// The exact bytes of the configuration.
        let configuration: [UInt8]
        /// The layers from the bottom, as they are in the directory.
        let layers: [Descriptor]
    }

    private let directory: FilePath
    private let tag: String?
    private let digest: Digest?
    /// As it was written.
    private let name: String

    /// - Throws: `invalidInput` when the name is none.
    init(_ name: String) throws(BuildError) {
        self.name = name
        var rest = name.dropFirst(Self.scheme.count)
        var digest: Digest?
        if let at = rest.lastIndex(of: "@") {
            digest = Digest(String(rest[rest.index(after: at)...]))
            guard digest != nil else {
                throw BuildError(.invalidInput, "\(name) has no digest behind '@'; write sha256: and 64 digits.")
            }
            rest = rest[..<at]
        }
        var tag: String?
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
            tag = String(rest[rest.index(after: colon)...])
            rest = rest[..<colon]
        }
        guard !rest.isEmpty else { throw BuildError(.invalidInput, "\(name) names no directory.") }
        (directory, self.tag, self.digest) = (FilePath(String(rest)), tag, digest)
    }

    /// Where a blob is.
    func path(of blob: Digest) -> FilePath { directory.appending(ImageDocuments.path(of: blob)) }

    /// Finds the image for a platform. Blocks.
    /// - Throws: `invalidInput` when there is none, or the directory is no image layout; `corrupt` for a document that is not
    ///   what its digest says.
    func image(for platform: Platform) throws -> Image {
        let index: Index = try JSONDocument.decode(
            from: try read(directory.appending("index.json")), subject: "the index of \(name)")
        var chosen = try choose(from: index)
        var depth = 0
        while MediaType.isIndex(chosen.mediaType), depth < 4 {
            let inner: Index = try document(chosen)
            guard let next = inner.manifest(for: platform) ?? inner.manifests.first(where: isIndex) else {
                let others = inner.manifests.compactMap { $0.platform?.description }.joined(separator: ", ")
                throw BuildError(.invalidInput, "\(name) is not made for \(platform), only for: \(others).")
            }
            (chosen, depth) = (next, depth + 1)
        }
        let manifest: Manifest = try document(chosen)
        return Image(
            digest: chosen.digest, configuration: try bytes(of: manifest.config), layers: manifest.layers)
    }

    private func isIndex(_ descriptor: Descriptor) -> Bool { MediaType.isIndex(descriptor.mediaType) }

    /// As buildx: by digest, else by tag, `latest` where none is given; a directory with one image has it under any name.
    private func choose(from index: Index) throws(BuildError) -> Descriptor {
        if let digest {
            guard let found = index.manifests.first(where: { $0.digest == digest }) else {
                return try described(digest)
            }
            return found
        }
        let key = "org.opencontainers.image.ref.name"
        if let found = index.manifests.first(where: { $0.annotations?[key] == tag ?? "latest" }) { return found }
        if tag == nil, index.manifests.count == 1 { return index.manifests[0] }
        let tags = index.manifests.compactMap { $0.annotations?[key] }.joined(separator: ", ")
        throw BuildError(.invalidInput, "\(name) has no image tagged \(tag ?? "latest"), only: \(tags).")
    }

    /// What the index does not list may be an index itself.
    private func described(_ digest: Digest) throws(BuildError) -> Descriptor {
        struct Kind: Decodable {
            var manifests: [Descriptor]?
        }
        let bytes = try read(path(of: digest))
        let kind = try? JSONDocument.decode(Kind.self, from: bytes, subject: "a document")
        return Descriptor(
            mediaType: kind?.manifests == nil ? MediaType.manifest : MediaType.index, digest: digest,
            size: Int64(bytes.count))
    }

    private func document<Value: Decodable>(_ descriptor: Descriptor) throws -> Value {
        try JSONDocument.decode(from: try bytes(of: descriptor), subject: "a document of \(name)")
    }

    private func bytes(of descriptor: Descriptor) throws(BuildError) -> [UInt8] {
        let bytes = try read(path(of: descriptor.digest))
        guard Digest(hashing: bytes) == descriptor.digest else {
            throw BuildError(.corrupt, "\(name) has other bytes under \(descriptor.digest.short) than that says.")
        }
        return bytes
    }

    private func read(_ file: FilePath) throws(BuildError) -> [UInt8] {
        do {
            return try StateFile.read(file, upTo: Self.documentMaximum)
        } catch {
            throw BuildError(
                .invalidInput, "\(name) cannot be read: there is no \(file) that is part of an OCI image layout.",
                cause: error)
        }
    }
}
