import ArgumentParser

/// `larderd quarantine refuse`: refuses an image that waits for its verdict.
struct QuarantineRefuseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refuse",
        abstract: "Refuse an image in quarantine; the scanner is not asked any more.",
        discussion: """
            EXAMPLES:
              larderd quarantine refuse --root /var/lib/larder shop/api@sha256:… --reason 'not from our base'
            """)

    @OptionGroup var decision: QuarantineDecision

    func run() async throws { try await decision.decide(.refuse) }
}
