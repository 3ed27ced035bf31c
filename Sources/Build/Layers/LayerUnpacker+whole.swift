internal import Chunking
internal import SystemPackage

extension LayerUnpacker: LayerReceiver {
    /// Unpacks a whole layer into an empty directory. Blocks.
    /// - Parameter recipe: that of the layer, if it is known.
    /// - Returns: `nil` when the recipe says too little, and the directory is to be unpacked anew without it.
    /// - Throws: `invalidInput` when a name leads out of it, `corrupt`, `notPermitted`, `io`; what `source` throws.
    static func unpack(
        into directory: FilePath, from source: LayerSource, recipe: Recipe
    ) throws -> MadeLayer? {
        try run(directory, source, recipe)
    }

    /// Unpacks a whole layer into an empty directory. Blocks.
    /// - Throws: `invalidInput` when a name leads out of it, `corrupt`, `notPermitted`, `io`; what `source` throws.
    @discardableResult
    static func unpack(
        into directory: FilePath, from source: LayerSource
    ) throws -> MadeLayer {
        guard let unpacked = try run(directory, source, nil) else {
            throw BuildError(.corrupt, "the layer cannot be read")
        }
        return unpacked
    }

    private static func run(
        _ directory: FilePath, _ source: LayerSource, _ recipe: Recipe?
    ) throws -> MadeLayer? {
        var unpacker = try LayerUnpacker(directory)
        let result = try LayerReading.run(source, recipe: recipe, to: &unpacker)
        try unpacker.finish()
        return result.map { MadeLayer(result: $0, hasRoot: unpacker.hasRoot, parts: []) }
    }
}
