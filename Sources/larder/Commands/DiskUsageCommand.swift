import ArgumentParser
import Build
import Chunking
import OCI
import SystemPackage

/// `larder du`: the layers on this runner.
struct DiskUsageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "du",
        abstract: "List the layers that this runner keeps between builds, and what they take on its disk.",
        discussion: """
            Those used last come first. How much is kept larder build is told with --layer-cache-size; larder prune \
            removes all that no running build uses.

            EXAMPLES:
              larder du
              larder du --state-dir /var/cache/larder
            """)

    @OptionGroup var state: StateFlags

    func run() throws {
        let layers = try LayerCache(stateDirectory: state.directory(in: .current())).layers()
        if !layers.isEmpty { print("LAYER          FORM      IN USE  LAST USED             SIZE") }
        for layer in layers {
            let fields = [
                (String(layer.digest.hex.prefix(12)), 13), (layer.isImage ? "image" : "unpacked", 8),
                (layer.isInUse ? "yes" : "no", 6), (Timestamp.text(seconds: layer.lastUse), 20),
            ]
            let row = fields.map { $0 + String(repeating: " ", count: max(0, $1 - $0.count)) }.joined(separator: "  ")
            print("\(row)  \(ByteText.megabytes(Int(clamping: layer.byteCount)))")
        }
        print("Total: \(ByteText.megabytes(Int(clamping: layers.reduce(0) { $0 + $1.byteCount })))")
    }
}
