internal import FoundationEssentials
internal import Glibc
internal import Subprocess
public import SystemPackage

/// A root filesystem of a few commands, to build on: Debian's statically linked busybox.
public enum TinyImage {
    /// Why commands cannot be run in containers here; `nil` when they can.
    public static let obstacle: String? = {
        if geteuid() != 0 { return "running commands in containers needs root" }
        guard isThere(["/usr/bin/busybox", "/bin/busybox"]) else {
            return "there is no busybox: install busybox-static"
        }
        guard isThere(["/usr/bin/runc", "/usr/sbin/runc", "/usr/bin/crun"]) else { return "there is no runc or crun" }
        return nil
    }()

    private static func isThere(_ programs: [String]) -> Bool {
        programs.contains { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Its tar.
    public static func tar(in directory: FilePath) async throws -> [UInt8] {
        let script = """
            set -e
            root=$(mktemp -d "$1/root.XXXXXX")
            mkdir -p "$root/bin" "$root/etc" "$root/tmp" "$root/usr/bin"
            busybox=$(PATH=/usr/bin:/bin command -v busybox)
            cp "$busybox" "$root/bin/busybox"
            for name in sh cat echo ls cp rm mkdir touch sleep test id chmod chown head seq env stat ln mv grep sort find; do
                ln -s busybox "$root/bin/$name"
            done
            echo root:x:0:0:root:/root:/bin/sh >"$root/etc/passwd"
            echo app:x:1000:1000::/home/app:/bin/sh >>"$root/etc/passwd"
            printf 'root:x:0:\\napp:x:1000:\\n' >"$root/etc/group"
            chmod 755 "$root"
            chmod 1777 "$root/tmp"
            tar --create --numeric-owner --owner=0 --group=0 --sort=name --mtime=@1700000000 \\
                --file="$1/tiny.tar" --directory="$root" .
            """
        try await shell(script, directory.string)
        return Array(try Data(contentsOf: URL(filePath: directory.appending("tiny.tar").string)))
    }

    /// Runs a shell script with arguments.
    public static func shell(_ script: String, _ arguments: String...) async throws {
        let result = try await Subprocess.run(
            .path("/bin/sh"), arguments: Arguments(["-c", script, "sh"] + arguments), output: .discarded,
            error: .string(limit: 10_000))
        guard result.terminationStatus.isSuccess else {
            throw ShellError(script: script, status: 1, complaint: result.standardError)
        }
    }
}
