import FoundationEssentials
import Glibc
import SystemPackage
import TestSupport

/// An emulator for programs of a platform that hardly anybody has one for: the kernel hands them to it as it does to QEMU. The
/// programs are only headers, and busybox does what their names say.
enum Emulator {
    static let architecture = "s390x"

    /// Whether the kernel takes handlers from here.
    static let isPossible: Bool = {
        guard geteuid() == 0 else { return false }
        return (try? shell("grep -q binfmt_misc /proc/filesystems || modprobe -q binfmt_misc")) != nil
            && (try? shell("! grep -lq 7f454c46020201 /proc/sys/fs/binfmt_misc/* 2>/dev/null")) != nil
    }()

    /// The small image, its busybox replaced by a program of the other platform.
    static func tar(in directory: FilePath) async throws -> [UInt8] {
        _ = try await TinyImage.tar(in: directory)
        try await TinyImage.shell(
            """
            set -e
            mkdir "$1/foreign"
            cd "$1/foreign"
            tar --extract --file ../tiny.tar
            rm bin/busybox
            printf '\\177ELF\\2\\2\\1\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\2\\0\\26\\0\\0\\0\\1' >bin/busybox
            head -c 200 /dev/zero >>bin/busybox
            chmod 755 bin/busybox
            tar --create --numeric-owner --owner=0 --group=0 --file ../foreign.tar .
            """, directory.string)
        return Array(try Data(contentsOf: URL(filePath: directory.appending("foreign.tar").string)))
    }

    /// Registers the emulator while `body` runs, which gets the directory where the kernel lists its handlers.
    static func register(in directory: FilePath, _ body: (FilePath) async throws -> Void) async throws {
        let list = directory.appending("handlers")
        let name = "larder-test-\(getpid())"
        try await TinyImage.shell(
            """
            set -e
            mkdir -p "$1"
            mount -t binfmt_misc none "$1"
            busybox=$(PATH=/usr/bin:/bin command -v busybox)
            m='\\x7fELF\\x02\\x02\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\x16'
            k='\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff'
            printf '%s' ":$2:M::$m:$k:$busybox:F" >"$1/register"
            """, list.string, name)
        do {
            try await body(list)
        } catch {
            try await remove(name, list)
            throw error
        }
        try await remove(name, list)
    }

    private static func remove(_ name: String, _ list: FilePath) async throws {
        try await TinyImage.shell("echo -1 >\"$1/$2\"; umount \"$1\"", list.string, name)
    }
}
