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

    /// Makes an image of a layer whose digest is not known yet, in a new file. Blocks.
    /// - Throws: as ``make(of:at:from:recipe:)``.
    static func draft(in file: OpenFile, from source: LayerSource) throws -> LayerDraft {
        // It only has to differ from those of other images.
        let identity = Digest(hashing: (0..<16).map { _ in UInt8.random(in: 0...255) })
        var image = LayerImage(of: identity, in: file, now: Clock.seconds())
        guard try LayerReading.hand(source, to: &image) else { throw Unsuitable(reason: "it cannot be read for sure") }
        let (hasRoot, parts) = try image.finish()
        return LayerDraft(file: file, hasRoot: hasRoot, parts: parts)
    }
}
