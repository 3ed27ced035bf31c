import Chunking
import Glibc
import Synchronization
import SystemPackage

@testable import Build

/// Makes and lists layers.
enum LayerTools {
    /// Whether owners, devices and mounts can be made.
    static let isRoot = geteuid() == 0 && Privileges.missingNames.isEmpty

    /// A tar of `entries` with the bytes that some of them have.
    static func tar(_ entries: [(entry: Entry, bytes: [UInt8])]) throws -> [UInt8] {
        var tar: [UInt8] = []
        var writer = TarWriter()
        for (entry, bytes) in entries {
            var entry = entry
            entry.size = UInt64(bytes.count)
            try writer.begin(entry, to: { tar.append(copying: $0) })
            try unsafe writer.write(bytes.span.bytes, to: { tar.append(copying: $0) })
            try writer.pad(entry.size, to: { tar.append(copying: $0) })
        }
        try writer.finish(to: { tar.append(copying: $0) })
        return tar
    }

    /// A tar of entries without bytes.
    static func tar(_ entries: [Entry]) throws -> [UInt8] {
        try tar(entries.map { ($0, []) })
    }

    /// Hands `bytes` over in parts of `count`.
    static func source(_ bytes: [UInt8], parts count: Int = 1 << 16) -> LayerSource {
        { write in
            for start in stride(from: 0, to: bytes.count, by: count) {
                let part = Array(bytes[start..<min(start + count, bytes.count)])
                try unsafe write(part.span.bytes)
            }
        }
    }

    /// All bytes of `source`.
    static func bytes(of source: LayerSource) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try source { bytes.append(copying: $0) }
        return bytes
    }

    /// Unpacks `tar` and gives its digest.
    @discardableResult
    static func unpack(_ tar: [UInt8], into layers: LocalLayers, parts: Int = 1 << 16) throws -> Digest {
        let digest = Digest(hashing: tar)
        try layers.unpack(digest, from: source(tar, parts: parts))
        return digest
    }

    static func file(_ path: String, _ text: String = "", mode: UInt32 = 0o644) -> (entry: Entry, bytes: [UInt8]) {
        (Entry(path: LayerPath(path), kind: .file, mode: mode), Array(text.utf8))
    }

    static func directory(_ path: String, mode: UInt32 = 0o755) -> (entry: Entry, bytes: [UInt8]) {
        (Entry(path: LayerPath(path), kind: .directory, mode: mode), [])
    }

    static func link(_ path: String, to target: String) -> (entry: Entry, bytes: [UInt8]) {
        (Entry(path: LayerPath(path), kind: .symlink, mode: 0o777, linkTarget: Array(target.utf8)), [])
    }

    static func hardLink(_ path: String, to target: String) -> (entry: Entry, bytes: [UInt8]) {
        (Entry(path: LayerPath(path), kind: .hardlink, mode: 0o644, linkTarget: Array(target.utf8)), [])
    }

    /// Everything below `directory` but sizes of directories, one line each: kind, mode, owner, time, links, text.
    /// - Parameter wholeSeconds: whether times are without fractions, as layers have them.
    static func listing(_ directory: String, wholeSeconds: Bool = false) throws -> String {
        let times = wholeSeconds ? "sed 's/[.][0-9]*|/|/'" : "cat"
        return try ImageTools.run(
            "cd '\(directory)'; find . -mindepth 1 ! -type d -printf '%P|%y|%m|%U|%G|%T@|%n|%s|%l\\n' | LC_ALL=C sort | \(times); "
                + "find . -mindepth 1 -type d -printf '%P|%y|%m|%U|%G|%T@|\\n' | LC_ALL=C sort | \(times); "
                + "find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum; "
                + "find . ! -type d ! -type f ! -type l -print0 | LC_ALL=C sort -z | xargs -0r stat -c '%n %t %T'; "
                + "if command -v getcap >/dev/null; then getcap -r . | LC_ALL=C sort; fi")
    }

    /// The lines that only one of two listings has.
    static func difference(_ left: String, _ right: String) -> String {
        let (left, right) = (Set(left.split(separator: "\n")), Set(right.split(separator: "\n")))
        return (left.subtracting(right).map { "+ \($0)" } + right.subtracting(left).map { "- \($0)" })
            .sorted().joined(separator: "\n")
    }

    /// Lends layers in a new directory.
    static func withLayers(_ body: (LocalLayers, String) async throws -> Void) async throws {
        try await ImageTools.withDirectory { directory in
            try await body(LocalLayers(root: FilePath(directory).appending("layers")), directory)
        }
    }
}
