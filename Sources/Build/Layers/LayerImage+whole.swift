internal import Chunking
internal import SystemPackage

extension LayerImage: LayerReceiver {
    /// Makes an image of a whole layer in a new file. Blocks.
    /// - Parameter recipe: that of the layer, if it is known.
    /// - Returns: `nil` when the recipe says too little.
    /// - Throws: ``Unsuitable`` when it has to be unpacked; `invalidInput` when a name leads out of it; `io`; what `source` throws.
    static func make(
        of layer: Digest, at path: FilePath, from source: LayerSource, recipe: Recipe?
    ) throws -> MadeLayer? {
        var image = LayerImage(of: layer, in: try OpenFile(creating: path), now: Clock.seconds())
        let result = try LayerReading.run(source, recipe: recipe, to: &image)
        let (hasRoot, parts) = try image.finish()
        return result.map { MadeLayer(result: $0, hasRoot: hasRoot, parts: parts) }
    }
}
