import ArgumentParser
import Build
import OCI

/// How the layers of an image that leaves the server are compressed.
struct CompressionFlags: ParsableArguments {
    @Option(
        name: .customLong("compression"),
        help: ArgumentHelp(
            "How layers are compressed where the image goes: uncompressed, gzip or zstd.", valueName: "FORMAT"))
    var format: LayerFormat?
    @Option(
        name: .customLong("compression-level"),
        help: ArgumentHelp("0 to 9 for gzip (default: 6), 1 to 22 for zstd (default: 3).", valueName: "LEVEL"))
    var level: Int32?

    /// What was chosen; `nil` when nothing was.
    /// - Throws: `ValidationError`.
    func compression() throws -> LayerCompression? {
        guard let format else {
            guard level == nil else {
                throw ValidationError("--compression-level: give --compression gzip or zstd, too")
            }
            return nil
        }
        do {
            return try LayerCompression(format, level: level)
        } catch {
            throw ValidationError("--compression-level: \(error.description)")
        }
    }
}
