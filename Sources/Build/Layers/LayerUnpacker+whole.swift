internal import Chunking
internal import SystemPackage

extension LayerUnpacker: LayerReceiver {
    /// Unpacks a whole layer into an empty directory. Blocks.
    /// - Parameter recipe: that of the layer, if it is known.
    /// - Returns: what the layer is, and whether its tar says what its root directory is like; `nil` when the recipe says
    ///   too little, and the directory is to be unpacked anew without it.
    /// - Throws: `invalidInput` when a name leads out of it, `corrupt`, `notPermitted`, `io`; what `source` throws.
    static func unpack(
        into directory: FilePath, from source: LayerSource, recipe: Recipe
    ) throws -> (result: LayerReading.Result, hasRoot: Bool)? {
        try run(directory, source, recipe)
    }

    /// Unpacks a whole layer into an empty directory. Blocks.
    /// - Returns: what the layer is, and whether its tar says what its root directory is like.
    /// - Throws: `invalidInput` when a name leads out of it, `corrupt`, `notPermitted`, `io`; what `source` throws.
    @discardableResult
    static func unpack(
        into directory: FilePath, from source: LayerSource
    ) throws -> (result: LayerReading.Result, hasRoot: Bool) {
        guard let unpacked = try run(directory, source, nil) else {
            throw BuildError(.corrupt, "the layer cannot be read")
        }
        return unpacked
    }

    private static func run(
        _ directory: FilePath, _ source: LayerSource, _ recipe: Recipe?
    ) throws -> (result: LayerReading.Result, hasRoot: Bool)? {
        var unpacker = try LayerUnpacker(directory)
        let result = try LayerReading.run(source, recipe: recipe, to: &unpacker)
        try unpacker.finish()
        return result.map { ($0, unpacker.hasRoot) }
    }
}
