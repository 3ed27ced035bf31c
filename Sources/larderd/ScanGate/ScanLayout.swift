import ChunkStore
import Chunking
import FoundationEssentials
import OCI
import SystemPackage

/// An image in a directory (OCI image-spec 1.1, image-layout.md), for a program that judges it. Blocks.
struct ScanLayout {
    /// Where it is made.
    let directory: FilePath
    let repository: Repository
    /// Asked between small pieces.
    let shouldStop: () -> Bool
    private var written: Set<OCIDigest> = []

    init(_ directory: FilePath, of repository: Repository, shouldStop: @escaping () -> Bool) {
        (self.directory, self.repository, self.shouldStop) = (directory, repository, shouldStop)
    }

    private struct Root: Encodable {
        struct Entry: Encodable {
            let mediaType: String
            let digest: OCIDigest
            let size: Int
            let annotations: [String: String]?
        }

        let schemaVersion = 2
        let mediaType = MediaType.index
        let manifests: [Entry]
    }

    /// Writes the image and everything that it names.
    /// - Throws: ``ScanFailure`` when something of it is not here.
    mutating func write(_ manifest: StoredManifest, tag: String?) throws {
        try makeDirectory(directory)
        for algorithm in ["sha256", "sha512"] { try makeDirectory(directory.appending("blobs").appending(algorithm)) }
        try put(Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8), directory.appending("oci-layout"))
        let entry = Root.Entry(
            mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.count,
            annotations: tag.map { ["org.opencontainers.image.ref.name": $0] })
        try put(try JSONDocument.encode(Root(manifests: [entry])), directory.appending("index.json"))
        try add(manifest, depth: 0)
    }

    private mutating func add(_ manifest: StoredManifest, depth: Int) throws {
        guard depth < 8 else { throw ScanFailure("the image has indexes inside each other, too deep") }
        guard written.insert(manifest.digest).inserted else { return }
        try put(manifest.bytes, path(manifest.digest))
        let outline = try ManifestOutline(manifest.bytes, contentType: manifest.mediaType)
        for part in [outline.config].compactMap({ $0 }) + outline.layers { try add(part) }
        for child in outline.children {
            if let manifest = try repository.manifest(child.digest) {
                try add(manifest, depth: depth + 1)
            } else {
                try add(child)
            }
        }
    }

    private mutating func add(_ part: ManifestOutline.Part) throws {
        guard written.insert(part.digest).inserted else { return }
        guard let info = try repository.blob(part.digest) else {
            throw ScanFailure("\(part.digest) of the image is not on this server, so it cannot be judged")
        }
        guard var reader = try repository.store.read(info.digest, in: repository.project) else {
            throw ScanFailure("\(part.digest) of the image cannot be read")
        }
        let file = try open(path(part.digest))
        defer { try? file.close() }
        var piece: [UInt8] = []
        while try reader.read(into: &piece, maximum: 1 << 20) > 0 {
            if shouldStop() { throw ScanFailure("it was cancelled") }
            guard repository.store.hasRoom(for: UInt64(piece.count)) else {
                throw ScanFailure("the disk has no room for a copy of the image beside its reserve")
            }
            _ = try file.writeAll(piece)
            piece.removeAll(keepingCapacity: true)
        }
    }

    private func path(_ digest: OCIDigest) -> FilePath {
        let parts = digest.description.split(separator: ":", maxSplits: 1)
        return directory.appending("blobs").appending(String(parts[0])).appending(String(parts.last ?? ""))
    }

    // MARK: Files that another account may read

    private func makeDirectory(_ path: FilePath) throws {
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
        var parent = path
        // Those above the layout are the administrator's.
        while parent.starts(with: directory) {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: parent.string)
            parent.removeLastComponent()
        }
    }

    private func put(_ bytes: [UInt8], _ path: FilePath) throws {
        let file = try open(path)
        try file.closeAfter { _ = try file.writeAll(bytes) }
    }

    private func open(_ path: FilePath) throws -> FileDescriptor {
        let file = try FileDescriptor.open(
            path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec, .noFollow],
            permissions: [.ownerReadWrite, .groupRead, .otherRead])
        do {
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path.string)
        } catch {
            try? file.close()
            throw error
        }
        return file
    }
}
