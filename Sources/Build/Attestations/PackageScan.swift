internal import Attestation
internal import Chunking
internal import SystemPackage

/// Finds out which packages an image has, from the files in which package managers note them.
struct PackageScan: Sendable {
    /// What was found.
    struct Found: Sendable {
        var packages: [InstalledPackage] = []
        var distribution: Distribution?
        /// What files could not be read, and why, for people.
        var complaints: [String] = []
    }

    /// The longest file that is read to know the distribution. Bytes.
    private static let releaseBytesMaximum = 1 << 20
    private static let releaseFiles: [LayerPath] = ["/etc/os-release", "/usr/lib/os-release"].map { LayerPath($0) }

    let restorer: ChainRestorer

    /// Reads the image that is `chain`, whose layers are fetched if they are not here.
    /// - Throws: `server`, `corrupt` when a layer cannot be had; `notPermitted`, `io`.
    func scan(_ chain: [Digest]) async throws -> Found {
        if chain.isEmpty { return Found() }
        try await restorer.restore(chain)
        guard let view = try await restorer.view(of: chain) else {
            throw BuildError(.corrupt, "The layers of the image cannot be read.")
        }
        let layers = restorer.layers
        return try await BlockingThreads.run {
            func read(_ node: ChainView.Node, upTo maximum: Int) throws -> [UInt8]? {
                guard node.entry.kind == .file, node.entry.size <= UInt64(maximum) else { return nil }
                let directory = try layers.directory(of: chain[node.layer])
                return try StateFile.read(.joining(directory, node.entry.path), upTo: maximum)
            }
            var found = Found()
            for node in view.subtree(at: .root) {
                guard node.entry.kind == .file, let file = PackageFile(node.entry.path.components) else { continue }
                guard let bytes = try read(node, upTo: file.bytesMaximum) else {
                    found.complaints.append("\(node.entry.path) has more than \(file.bytesMaximum >> 20) MiB")
                    continue
                }
                do throws(AttestationError) {
                    found.packages += try file.packages(bytes)
                } catch {
                    found.complaints.append("\(node.entry.path): \(error)")
                }
            }
            for path in Self.releaseFiles where found.distribution == nil {
                guard let node = view.resolved(path).flatMap({ view.node(at: $0) }),
                    let bytes = try read(node, upTo: Self.releaseBytesMaximum)
                else { continue }
                found.distribution = Distribution(osRelease: bytes)
            }
            return found
        }
    }
}
