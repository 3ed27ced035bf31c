import ArgumentParser
import CLinux

@main
enum Main {
    static func main() async {
        linux_bound_malloc()
        await LarderdCommand.main()
    }
}
