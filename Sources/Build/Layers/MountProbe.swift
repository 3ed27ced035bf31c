internal import Chunking
internal import Erofs
internal import Glibc
internal import SystemPackage

/// Finds out whether an image can be mounted below overlayfs and shows all that a layer needs: what a kernel without
/// attributes in EROFS leaves out, or one that does not stack overlayfs on it, would be another tree.
enum MountProbe {
    /// What the image did not show.
    struct Lack: Error, CustomStringConvertible {
        let description: String
    }

    private static let note = Entry.ExtendedAttribute(name: Array("user.larder".utf8), value: [1])
    private static let opaque = Entry.ExtendedAttribute(
        name: Array(Whiteout.opaqueAttribute.utf8), value: Whiteout.opaqueValue)

    /// Tries it in `place`, a new directory that is removed.
    /// - Throws: ``Lack``, `Errno`, ``BuildError``.
    static func run(in place: FilePath, mount: (FilePath, FilePath) throws(Errno) -> Void) throws {
        let (tree, below, merged) = (place.appending("tree"), place.appending("below"), place.appending("merged"))
        defer {
            for path in [merged, tree] { try? FileSystemMount.unmount(path) }
            try? TreeWalk.remove(place)
        }
        for path in [place, below, below.appending("hidden"), below.appending("opaque")] {
            try StateFile.makeDirectory(path)
        }
        try SmallFile.write([1], to: below.appending("opaque").appending("old"))
        let image = place.appending("image")
        try write(image)
        try mount(image, tree)
        for name in ["merged", "upper", "work"] { try StateFile.makeDirectory(place.appending(name)) }
        try ThreadDirectory.run(in: place) { () throws(Errno) in
            try FileSystemMount.mount(
                "overlay", at: "merged", options: "lowerdir=tree:below,upperdir=upper,workdir=work")
        }
        try check(merged)
    }

    private static func write(_ image: FilePath) throws {
        let file = try OpenFile(creating: image)
        var writer = ErofsWriter(identity: Digest(hashing: []))
        var tree = ErofsTree(root: ErofsAttributes(mode: 0o755))
        let attributes = ErofsAttributes(
            mode: 0o640, uid: 1, gid: 2, mtimeSeconds: 3, mtimeNanoseconds: 4, xattrs: [note])
        let bytes = [UInt8](repeating: 7, count: 5000)
        writer.beginFile(attributes, size: UInt64(bytes.count))
        try unsafe writer.write(bytes.span.bytes) { try file.write($0, at: $1) }
        let made = try writer.endFile { try file.write($0, at: $1) }
        _ = tree.add(.file(made), attributes, as: Array("file".utf8), in: ErofsTree.root)
        _ = tree.add(
            .characterDevice(major: 0, minor: 0), ErofsAttributes(mode: 0), as: Array("hidden".utf8), in: ErofsTree.root
        )
        _ = tree.add(
            .directory, ErofsAttributes(mode: 0o755, xattrs: [opaque]), as: Array("opaque".utf8), in: ErofsTree.root)
        try file.resize(to: try writer.finish(tree) { try file.write($0, at: $1) })
    }

    private static func check(_ merged: FilePath) throws {
        let directory = try OpenDirectory(merged)
        let names = try directory.names().map { String(decoding: $0, as: UTF8.self) }
        guard names == ["file", "opaque"] else { throw Lack(description: "whiteouts have no effect") }
        guard try directory.directory(FileName("opaque")).names().isEmpty else {
            throw Lack(description: "opaque directories have no effect")
        }
        let name = FileName("file")
        let status = try directory.status(name)
        guard status.mode == 0o640, status.uid == 1, status.gid == 2, status.mtimeSeconds == 3,
            status.mtimeNanoseconds == 4, try directory.attribute("user.larder", of: name) == note.value,
            try SmallFile.read(merged.appending("file")) == [UInt8](repeating: 7, count: 5000)
        else { throw Lack(description: "files are not as they should be") }
    }
}
