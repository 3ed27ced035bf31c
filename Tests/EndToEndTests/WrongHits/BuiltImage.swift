import CacheAPI
import Chunking
import NIOHTTP1
import OCI
import Testing

/// What an image is, times aside.
struct BuiltImage: Hashable, Sendable {
    struct File: Hashable, Sendable {
        var kind: Entry.Kind
        var mode: UInt32
        var owner: String
        var target: String
        var bytes: Digest?
        var attributes: [Entry.ExtendedAttribute]
    }

    struct Line: Hashable, Sendable {
        var text: String?
        var isEmpty: Bool?
    }

    /// The merged tree.
    var files: [String: File] = [:]
    var settings: ContainerSettings?
    var platform: String
    var history: [Line]

    /// What differs, a line each.
    func differences(from other: BuiltImage) -> [String] {
        var lines: [String] = []
        for path in Set(files.keys).union(other.files.keys).sorted() where files[path] != other.files[path] {
            lines.append("\(path): \(Self.text(files[path])) instead of \(Self.text(other.files[path]))")
        }
        if settings != other.settings {
            lines.append("\(String(describing: settings)) instead of \(String(describing: other.settings))")
        }
        if platform != other.platform { lines.append("\(platform) instead of \(other.platform)") }
        if history != other.history { lines.append("history \(history) instead of \(other.history)") }
        return lines
    }

    private static func text(_ file: File?) -> String {
        guard let file else { return "nothing" }
        return
            "\(file.kind) \(String(file.mode, radix: 8)) \(file.owner) \(file.target) \(file.bytes?.hex.prefix(8) ?? "")"
    }
}

/// Reads built images from servers; each layer once.
actor BuiltImageReader {
    private struct Layer {
        var removed: [String] = []
        var emptied: [String] = []
        var files: [(path: String, file: BuiltImage.File)] = []
    }

    private var layers: [Digest: Layer] = [:]

    /// The image that a build has put on the server at `port`.
    func image(_ digest: Digest, port: Int) async throws -> BuiltImage {
        let client = RawClient(address: "http://127.0.0.1:\(port)", project: try ProjectName.named("shop"))
        let answer = try await client.send(.GET, "/v2/shop/api/blobs/\(digest)", [])
        let configuration: ImageConfiguration = try JSONDocument.decode(
            from: answer.body, subject: "the configuration")
        var image = BuiltImage(
            settings: configuration.config, platform: configuration.platform.description,
            history: (configuration.history ?? []).map { .init(text: $0.createdBy, isEmpty: $0.emptyLayer) })
        for digest in configuration.rootfs.diffIDs { Self.lay(try await layer(digest, client), on: &image) }
        return image
    }

    private func layer(_ digest: Digest, _ client: RawClient) async throws -> Layer {
        if let layer = layers[digest] { return layer }
        let tar = try #require(try await client.download(digest), "the server has lost a layer")
        var rows: [(entry: Entry, bytes: [UInt8])] = []
        var reader = TarReader()
        unsafe reader.update(
            tar.span.bytes, onEntry: { rows.append(($0, [])) },
            onContent: { content in unsafe content.withUnsafeBytes { unsafe rows[rows.count - 1].bytes += $0 } })
        let isWhole = reader.finish()
        try #require(isWhole)
        let layer = Self.layer(rows)
        layers[digest] = layer
        return layer
    }

    private static func layer(_ rows: [(entry: Entry, bytes: [UInt8])]) -> Layer {
        var layer = Layer()
        for (entry, bytes) in rows {
            let path = "/" + String(decoding: entry.path.bytes, as: UTF8.self)
            let name = String(decoding: entry.path.name, as: UTF8.self)
            let parent = String(path.dropLast(name.utf8.count))
            if name == ".wh..wh..opq" {
                layer.emptied.append(parent)
            } else if name.hasPrefix(".wh.") {
                layer.removed.append(parent + name.dropFirst(4))
            } else {
                let file = BuiltImage.File(
                    kind: entry.kind, mode: entry.mode, owner: "\(entry.uid):\(entry.gid)",
                    target: String(decoding: entry.linkTarget, as: UTF8.self),
                    bytes: entry.kind == .file ? Digest(hashing: bytes) : nil, attributes: entry.xattrs)
                layer.files.append((path, file))
            }
        }
        return layer
    }

    private static func lay(_ layer: Layer, on image: inout BuiltImage) {
        func removeAll(below prefix: String) {
            image.files = image.files.filter { !$0.key.hasPrefix(prefix) }
        }
        for path in layer.emptied { removeAll(below: path) }
        for path in layer.removed {
            image.files[path] = nil
            removeAll(below: path + "/")
        }
        for (path, file) in layer.files {
            if file.kind != .directory, image.files[path]?.kind == .directory { removeAll(below: path + "/") }
            image.files[path] = file
        }
    }
}
