internal import Chunking

/// The filesystem that a stage has after some of its steps.
struct StageResult: Sendable {
    /// Its layers from the bottom.
    var chain: [Digest]
    /// Whether the layers are what the steps' keys say. They are not when a file of the context changed while it was
    /// copied: then nothing that stands on them is recorded.
    var isTrusted = true
}
