internal import CLinux
internal import Chunking
internal import Glibc
internal import SystemPackage

/// The directory that one layer has to itself: with its unpacked tree, or with an image of that.
///
/// Contents are not synced when a layer is made: that can take seconds, and the state of most runners does not outlive
/// them. Instead a layer that was not synced yet has a file that names the boot it was made in, and counts in that
/// boot only, since after a power failure nobody could tell what of it had reached the disk.
struct LayerHome {
    let path: FilePath

    init(_ path: FilePath) {
        self.path = path
    }

    /// The unpacked tree.
    var tree: FilePath { path.appending("fs") }
    /// The image, where there is no tree.
    var image: FilePath { path.appending("image") }
    /// The encoded entry table. Its time is when the layer was last used.
    var entries: FilePath { path.appending("entries") }
    /// The encoded ``LayerChunks``.
    var chunks: FilePath { path.appending("chunks") }
    /// About how many bytes all of it takes on the disk, in decimal.
    var size: FilePath { path.appending("size") }
    /// There when the layer's tar says what its root directory is like.
    var rootMark: FilePath { path.appending("root") }
    /// The paths of the directories that the layer needs and its tar says nothing of, each with a zero behind it; there when
    /// there are some.
    var implied: FilePath { path.appending("implied") }
    /// The boot that the layer was made in, until it is known to be on the disk.
    var boot: FilePath { path.appending("boot") }

    /// Names the present boot.
    static let presentBoot: [UInt8] = (try? SmallFile.read("/proc/sys/kernel/random/boot_id")) ?? []

    /// Layers are renamed into place when complete, so what is there is, as far as this boot knows.
    var isComplete: Bool {
        do throws(Errno) {
            return try SmallFile.read(boot) == Self.presentBoot
        } catch {
            return error == .noSuchFileOrDirectory && Self.exists(entries)
        }
    }

    /// Whether the layer is here as an image.
    var isImage: Bool { Self.exists(image) }

    /// Whether the layer's tar says what its root directory is like.
    var hasRoot: Bool { Self.exists(rootMark) }

    /// About how many bytes the layer takes on the disk.
    var byteCount: UInt64 {
        guard let text = try? SmallFile.read(size) else { return 0 }
        return UInt64(String(decoding: text, as: UTF8.self)) ?? 0
    }

    /// Makes the directory. Only the runner's user may look into it: layers have set-id programs.
    func make() throws(Errno) {
        try Errno.check { unsafe path.withPlatformString { unsafe mkdir($0, 0o700) } }
    }

    /// Writes all but the tree or the image.
    func write(_ table: EntryTable, _ chunks: LayerChunks, hasRoot: Bool) throws(Errno) {
        let (bytes, chunkBytes) = (table.encoded(), chunks.encoded())
        try SmallFile.write(bytes, to: entries)
        try SmallFile.write(chunkBytes, to: self.chunks)
        let byteCount = UInt64(bytes.count + chunkBytes.count) + (isImage ? imageByteCount : Self.treeByteCount(table))
        try SmallFile.write(Array(String(byteCount).utf8), to: size)
        if hasRoot { try SmallFile.write([], to: rootMark) }
        let directories = table.impliedDirectories
        if !directories.isEmpty { try SmallFile.write(directories.flatMap { $0.bytes + [0] }, to: implied) }
        try SmallFile.write(Self.presentBoot, to: boot)
    }

    /// Has the layer never count again.
    func condemn() throws(Errno) {
        let mark = path.appending("damaged")
        try SmallFile.write(Array("damaged\n".utf8), to: mark)
        try mark.rename(to: boot)
    }

    /// Notes that the layer is used.
    func touch() {
        _ = unsafe entries.withPlatformString { unsafe utimensat(AT_FDCWD, $0, nil, 0) }
    }

    /// When the layer was last used. Seconds since 1970.
    var lastUse: Int64 {
        var information = stat()
        guard unsafe entries.withPlatformString({ unsafe lstat($0, &information) }) == 0 else { return 0 }
        return Int64(information.st_mtim.tv_sec)
    }

    private var imageByteCount: UInt64 {
        var information = stat()
        guard unsafe image.withPlatformString({ unsafe lstat($0, &information) }) == 0 else { return 0 }
        return UInt64(clamping: information.st_blocks) * 512
    }

    /// What file systems mostly need for it: whole blocks, and something for each name.
    private static func treeByteCount(_ table: EntryTable) -> UInt64 {
        table.entries.reduce(4096) { sum, entry in
            sum + 256 + (entry.kind == .directory ? 4096 : (entry.size + 4095) & ~4095)
        }
    }

    static func remove(file: FilePath) throws(Errno) {
        try Errno.check { unsafe file.withPlatformString { unsafe unlink($0) } }
    }

    private static func exists(_ file: FilePath) -> Bool {
        unsafe file.withPlatformString { unsafe access($0, F_OK) } == 0
    }
}
