import ArgumentParser

/// `larderd quarantine`: images that wait for the scanner's verdict, or were refused.
struct QuarantineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "List images that the scan gate holds; release or refuse one.",
        discussion: """
            Images are held where --scan-gate says so. Without a subcommand, they are listed.

            EXAMPLES:
              larderd quarantine --root /var/lib/larder
              larderd quarantine release --root /var/lib/larder shop/api@sha256:… --reason 'accepted until 1.2'
              larderd quarantine refuse --root /var/lib/larder shop/api@sha256:…
            """,
        subcommands: [QuarantineListCommand.self, QuarantineReleaseCommand.self, QuarantineRefuseCommand.self],
        defaultSubcommand: QuarantineListCommand.self)
}
