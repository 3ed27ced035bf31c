import ArgumentParser
import Build

/// `larder explain`: why steps of a build would be missed.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tell for each step that a build would have to make what is different from last time; run nothing.",
        discussion: """
            Takes the flags of larder build; what concerns the finished image has no effect. A miss is explained by the \
            earlier record that differs least: files by path, ARG and ENV by name, the base image, the instruction. The \
            same text is in the progress of larder build.

            EXAMPLES:
              larder explain --server http://127.0.0.1:7070 -t shop/api:1 .
              larder explain --json -t shop/api:1 . | jq -r '.steps[].reason // empty'
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
        let report = try await ForecastRun(order: order, surroundings: surroundings, explains: true).run()
        print(json ? try report.json() : report.explanation)
    }
}
