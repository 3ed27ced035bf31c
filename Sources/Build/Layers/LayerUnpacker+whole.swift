internal import Chunking
internal import SystemPackage

extension LayerUnpacker {
    /// Unpacks a whole layer into an empty directory. Blocks.
    /// - Returns: what the layer is, and whether its tar says what its root directory is like.
    /// - Throws: `invalidInput` when a name leads out of it, `corrupt`, `notPermitted`, `io`; what `source` throws.
    static func unpack(
        into directory: FilePath, from source: LayerSource
    ) throws -> (result: LayerSplitter.Result, hasRoot: Bool) {
        var unpacker = try LayerUnpacker(directory)
        var reader = TarReader()
        var splitter = LayerSplitter()
        try source { bytes in
            splitter.update(bytes) { _, _ in }
            try reader.update(
                bytes, onEntry: { entry in try unpacker.begin(entry) },
                onContent: { content in try unpacker.write(content) })
        }
        guard !reader.hasClimbingNames else {
            throw BuildError(
                .invalidInput, "the layer has an entry whose name leads out of it (../…): nobody should use this image")
        }
        try unpacker.finish()
        return (splitter.finish { _, _ in }, unpacker.hasRoot)
    }
}
