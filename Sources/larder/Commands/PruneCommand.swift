import ArgumentParser
import Build
import SystemPackage

/// `larder prune`: fewer layers on this runner.
struct PruneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove layers that this runner keeps between builds, those first that were not used for longest.",
        discussion: """
            What running builds use stays, and so does everything on the server: layers that are needed again are fetched \
            again.

            EXAMPLES:
              larder prune
              larder prune --max-used-space 2g
            """)

    @Option(help: ArgumentHelp("How much may stay, as in 2g; default: 0.", valueName: "SIZE"))
    var maxUsedSpace: String?
    @OptionGroup var state: StateFlags

    func run() throws {
        let limit = try maxUsedSpace.map { try LayerCacheFlags.size($0, flag: "--max-used-space") } ?? 0
        let removal = try LayerCache(stateDirectory: state.directory(in: .current())).trim(to: limit)
        let what = removal.count == 1 ? "1 layer" : "\(removal.count) layers"
        print("Removed \(what), \(ByteText.megabytes(Int(clamping: removal.byteCount))).")
    }
}
