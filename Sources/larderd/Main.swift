import ArgumentParser
import CLinux
import Glibc
import SystemPackage

@main
enum Main {
    static func main() async {
        linux_bound_malloc()
        await LarderdCommand.main()
        // What print(_:) has buffered: on a full disk some of it, as a token, would be lost in silence. Whoever closed a pipe
        // misses nothing.
        guard fflush(nil) != 0, errno != EPIPE else { return }
        let text = "Error: standard output cannot be written: \(Errno(rawValue: errno))\n"
        _ = try? FileDescriptor.standardError.writeAll(text.utf8)
        exit(1)
    }
}
