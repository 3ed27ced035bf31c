import ArgumentParser

/// `larderd quarantine release`: lets an image pass, whatever the scanner says.
struct QuarantineReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Set the tags of an image in quarantine, as if it had passed.",
        discussion: """
            The verdict is kept as that of an administrator, beside the image, and holds for as long as one of the scanner.

            EXAMPLES:
              larderd quarantine release --root /var/lib/larder shop/api@sha256:… --reason 'accepted until 1.2'
            """)

    @OptionGroup var decision: QuarantineDecision

    func run() async throws { try await decision.decide(.pass) }
}
