internal import Chunking
internal import Glibc
internal import SystemPackage

/// The directory that one unpacked layer has to itself.
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
    /// The encoded entry table.
    var entries: FilePath { path.appending("entries") }
    /// There when the layer's tar says what its root directory is like.
    var rootMark: FilePath { path.appending("root") }
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

    /// Whether the layer's tar says what its root directory is like.
    var hasRoot: Bool { Self.exists(rootMark) }

    /// Makes the directory. Only the runner's user may look into it: layers have set-id programs.
    func make() throws(Errno) {
        try Errno.check { unsafe path.withPlatformString { unsafe mkdir($0, 0o700) } }
    }

    /// Writes all but the tree.
    func write(_ table: EntryTable, hasRoot: Bool) throws(Errno) {
        try SmallFile.write(table.encoded(), to: entries)
        if hasRoot { try SmallFile.write([], to: rootMark) }
        try SmallFile.write(Self.presentBoot, to: boot)
    }

    static func rename(_ from: FilePath, to: FilePath) throws(Errno) {
        try Errno.check {
            unsafe from.withPlatformString { from in
                unsafe to.withPlatformString { unsafe Glibc.rename(from, $0) }
            }
        }
    }

    static func remove(file: FilePath) throws(Errno) {
        try Errno.check { unsafe file.withPlatformString { unsafe unlink($0) } }
    }

    private static func exists(_ file: FilePath) -> Bool {
        unsafe file.withPlatformString { unsafe access($0, F_OK) } == 0
    }
}
