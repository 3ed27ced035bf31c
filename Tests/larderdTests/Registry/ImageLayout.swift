import Chunking
import FoundationEssentials
import OCI
import SystemPackage

/// A folder with images as files (OCI image-spec 1.1, image-layout.md), as skopeo's `oci:` reads and writes it.
struct ImageLayout: Sendable {
    let path: FilePath

    /// The folder as skopeo names it.
    var name: String { "oci:\(path):x" }

    /// An existing folder, or one that a program is going to make.
    init(at path: FilePath) {
        self.path = path
    }

    /// Makes a folder with one image, or with an index of several.
    init(at path: FilePath, of images: [SampleImage]) throws {
        self.path = path
        try FileManager.default.createDirectory(
            atPath: path.appending("blobs/sha256").string, withIntermediateDirectories: true)
        try write(Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8), to: "oci-layout")
        var entries: [Descriptor] = []
        for image in images {
            for blob in image.blobs + [image.config, image.manifest] { try write(blob) }
            let platform = try JSONDocument.decode(
                ImageConfiguration.self, from: image.config, subject: "the configuration"
            ).platform
            entries.append(SampleImage.descriptor(MediaType.manifest, image.manifest, platform: platform))
        }
        if entries.count != 1 {
            let index = try JSONDocument.encode(Index(manifests: entries))
            try write(index)
            entries = [SampleImage.descriptor(MediaType.index, index)]
        }
        entries[0].annotations = ["org.opencontainers.image.ref.name": "x"]
        try write(try JSONDocument.encode(Index(manifests: entries)), to: "index.json")
    }

    /// The digest of the image or index in it.
    func digest() throws -> Digest? {
        let bytes = try read("index.json")
        return try JSONDocument.decode(Index.self, from: bytes, subject: "index.json").manifests.first?.digest
    }

    /// The digests of all files, each computed from the bytes and equal to its name.
    func blobs() throws -> Set<Digest> {
        let names = try FileManager.default.contentsOfDirectory(atPath: path.appending("blobs/sha256").string)
        return Set(
            try names.map { name in
                let digest = Digest(hashing: try read("blobs/sha256/\(name)"))
                guard digest.description == "sha256:\(name)" else { throw Damaged(name: name) }
                return digest
            })
    }

    /// A file that has not the digest it is named after.
    struct Damaged: Error {
        let name: String
    }

    private func read(_ file: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: path.appending(file).string)))
    }

    private func write(_ blob: [UInt8]) throws {
        let name = Digest(hashing: blob).description.dropFirst("sha256:".count)
        try write(blob, to: "blobs/sha256/\(name)")
    }

    private func write(_ bytes: [UInt8], to file: String) throws {
        try Data(bytes).write(to: URL(filePath: path.appending(file).string))
    }
}
