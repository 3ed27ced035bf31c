import ArgumentParser
import CLinux
import Glibc

@main
enum Main {
    static func main() async {
        // The stand-in for docker is this program under docker's name.
        if let name = CommandLine.arguments.first, name.split(separator: "/").last == "docker" {
            exit(await DockerShim.main(Array(CommandLine.arguments.dropFirst())))
        }
        // Whoever stops reading what is written causes an error where it is written, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        linux_bound_malloc()
        await LarderCommand.main()
    }
}
