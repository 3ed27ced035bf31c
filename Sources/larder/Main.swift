import ArgumentParser
import Build
import CLinux
import Glibc
import SystemPackage

@main
enum Main {
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        // The stand-in for docker is this program under docker's name.
        let isStandIn = CommandLine.arguments.first?.split(separator: "/").last == "docker"
        do throws(BuildError) {
            try RootlessMode.enter(toBuild: arguments.first == "build" && !isStandIn)
        } catch {
            StandardError.write("ERROR: \(error)\n")
            exit(1)
        }
        // Whoever stops reading what is written causes an error where it is written, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        if isStandIn { exit(await DockerShim.main(arguments)) }
        linux_bound_malloc()
        await LarderCommand.main(SwitchValues.settled(arguments))
        // What print(_:) has buffered: on a full disk some of it would be lost in silence. Whoever closed a pipe misses nothing.
        guard fflush(nil) != 0, errno != EPIPE else { return }
        StandardError.write("ERROR: standard output cannot be written: \(Errno(rawValue: errno))\n")
        exit(1)
    }
}
