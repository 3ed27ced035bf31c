/// What became of a layer's tar.
struct MadeLayer {
    /// What the layer is.
    let result: LayerReading.Result
    /// Whether its tar says what its root directory is like.
    let hasRoot: Bool
    /// Where the bytes of its files are in the image, if it is one.
    let parts: [LayerChunks.Part]
}
