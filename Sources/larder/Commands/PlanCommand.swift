import ArgumentParser
import Build

/// `larder plan`: what a build would do.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Print the steps of a build with their keys, and which of them the server has; run nothing.",
        discussion: """
            Takes the flags of larder build; what concerns the finished image has no effect. Steps that depend on what a \
            stage gives that must be built first are unknown.

            EXAMPLES:
              larder plan --server http://127.0.0.1:7070 -t shop/api:1 .
              larder plan --json -t shop/api:1 . | jq '.steps[] | select(.verdict == "miss")'
            """)

    @OptionGroup var flags: BuildFlags
    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        _ = try BuildOrder(flags, in: .current())
    }

    func run() async throws {
        let surroundings = Surroundings.current()
        let order = try BuildOrder(flags, in: surroundings)
        let report = try await ForecastRun(order: order, surroundings: surroundings, explains: false).run()
        print(json ? try report.json() : report.text)
    }
}
