import ArgumentParser
internal import FoundationEssentials

/// `larder-bench e2e steps`.
struct EndToEndStepsCommand: ParsableCommand {
    /// What the output is of.
    enum Builder: String, CaseIterable, ExpressibleByArgument {
        case buildah
        case buildkit
    }

    /// Those that change a root filesystem.
    private static let instructions: Set = ["RUN", "COPY", "ADD", "WORKDIR"]

    static let configuration = CommandConfiguration(
        commandName: "steps",
        abstract: "Print how many steps a builder executed rather than took from a cache, by what it said of a build.",
        discussion: """
            RUN, COPY, ADD and WORKDIR count. BuildKit must have said it with --progress rawjson.

            EXAMPLES:
              larder-bench e2e steps buildah build.log
            """)

    @Argument(help: ArgumentHelp("buildah or buildkit.", valueName: "BUILDER"))
    var builder: Builder
    @Argument(help: ArgumentHelp("What it said.", valueName: "FILE"), completion: .file())
    var file: String

    func run() throws {
        let output = try String(contentsOfFile: file, encoding: .utf8)
        switch builder {
        case .buildah: print(BuildahOutput.executedSteps(in: output, of: Self.instructions))
        case .buildkit: print(BuildKitProgress(rawJSON: output).executedSteps(of: Self.instructions).count)
        }
    }
}
