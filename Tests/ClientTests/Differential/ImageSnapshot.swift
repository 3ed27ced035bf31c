import Chunking
import FoundationEssentials
import OCI
import SystemPackage
import TestSupport

/// An image as lines of text: its configuration, its history and each path of its root filesystem, as clients see them.
///
/// Not compared is which steps have a layer (what changes nothing has none here, and an empty one in BuildKit), and what history
/// says of HEALTHCHECK (BuildKit writes a Go structure with its addresses).
struct ImageSnapshot: Sendable {
    let lines: Set<String>

    /// - Parameters:
    ///   - configuration: the image's configuration as JSON.
    ///   - tar: the root filesystem, flattened.
    init(configuration: [UInt8], tar: [UInt8]) throws {
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(configuration))
        var lines = value["config"].lines("config")
        for key in ["architecture", "os", "variant"] where !value[key].saysNothing {
            lines.append("\(key) \(value[key].line)")
        }
        for number in 0..<max(0, value["history"].count) {
            let createdBy = value["history"][number]["created_by"].line.replacing(" # buildkit", with: "")
            if !createdBy.hasPrefix("\"HEALTHCHECK") { lines.append("history \(number) \(createdBy)") }
        }
        self.lines = Set(lines + Self.tree(of: tar))
    }

    /// Two images that are equal have no such lines.
    func differences(from other: ImageSnapshot, except exceptions: [String]) -> [String] {
        let missing = other.lines.subtracting(lines).map { "only docker: \($0)" }
        let added = lines.subtracting(other.lines).map { "only larder: \($0)" }
        return (missing + added).filter { line in
            !exceptions.contains { line.dropFirst(13).hasPrefix($0) }
        }.sorted { $0.dropFirst(13) < $1.dropFirst(13) }
    }

    private static func tree(of tar: [UInt8]) -> [String] {
        var entries: [String: Entry] = [:]
        var hashers: [String: DigestHasher] = [:]
        var reader = TarReader()
        var path = ""
        unsafe reader.update(
            tar.span.bytes,
            onEntry: { entry in
                path = entry.path.description
                entries[path] = entry
                if entry.kind == .file { hashers[path] = DigestHasher() }
            },
            onContent: { hashers[path]?.update($0) })
        let isWhole = reader.finish()
        let digests = hashers.mapValues { $0.finalize().description }
        return (isWhole ? [] : ["the tar cannot be read"])
            + entries.filter { !$0.key.isEmpty }.map { line($0.value, in: entries, digests) }
    }

    /// A hard link is told by the first of the paths that are the same file.
    private static func line(_ entry: Entry, in entries: [String: Entry], _ digests: [String: String]) -> String {
        var file = entry
        while file.kind == .hardlink, let target = entries[String(decoding: file.linkTarget, as: UTF8.self)] {
            file = target
        }
        let links = entries.values.filter { $0.path == file.path || linkEnd(of: $0, in: entries) == file.path }
        let first = links.count > 1 ? " same as \(links.map(\.path.description).min() ?? "")" : ""
        let attributes = file.xattrs.map { "\(String(decoding: $0.name, as: UTF8.self))=\(Digest(hashing: $0.value))" }
        return [
            "\(entry.path)", "\(file.kind)", String(file.mode, radix: 8), "\(file.uid):\(file.gid)",
            file.kind == .symlink ? "-> \(String(decoding: file.linkTarget, as: UTF8.self))" : "",
            file.kind == .file ? "\(file.size) \(digests[file.path.description] ?? "")" : "",
            attributes.joined(separator: " "), first,
        ].filter { !$0.isEmpty }.joined(separator: " ")
    }

    private static func linkEnd(of entry: Entry, in entries: [String: Entry]) -> LayerPath? {
        guard entry.kind == .hardlink else { return nil }
        var file = entry
        while file.kind == .hardlink, let target = entries[String(decoding: file.linkTarget, as: UTF8.self)] {
            file = target
        }
        return file.path
    }
}
