import ArgumentParser

/// `larder-bench hitrate`: what caches would have saved a history.
struct HitRateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hitrate",
        abstract: "Tell what caches would have saved a history of builds.",
        discussion: """
            First the history of a repository is recorded, which plans the build of each commit and runs nothing; then the \
            record is replayed through caches.

            EXAMPLES:
              larder-bench hitrate record --repo . --commits 300 -o trace.jsonl
              larder-bench hitrate replay trace.jsonl --branches features:3 --runners 4
            """,
        subcommands: [RecordCommand.self, ReplayCommand.self])
}
