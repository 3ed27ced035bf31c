import ArgumentParser
import CLinux
import Glibc

@main
enum Main {
    static func main() async {
        // Whoever stops reading what is written causes an error where it is written, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        linux_bound_malloc()
        await LarderCommand.main()
    }
}
