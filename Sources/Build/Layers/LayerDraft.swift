/// The image of a layer whose digest is not known yet, in a file without a name.
struct LayerDraft: Sendable {
    let file: OpenFile
    /// Whether the layer's tar says what its root directory is like.
    let hasRoot: Bool
    /// Where the bytes of its files are.
    let parts: [LayerChunks.Part]
}
