import ArgumentParser
import SystemPackage

/// Where this runner keeps what it may use again, for commands that look after it.
struct StateFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            What this runner keeps between builds. LARDER_STATE; default: $XDG_CACHE_HOME/larder or ~/.cache/larder.
            """, valueName: "DIR"))
    var stateDir: String?

    /// The directory.
    /// - Throws: `ValidationError` when nobody says where.
    func directory(in surroundings: Surroundings) throws -> FilePath {
        try BuildOrder.stateDirectory(stateDir, in: surroundings)
    }
}
