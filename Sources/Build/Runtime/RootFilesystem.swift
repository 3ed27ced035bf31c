public import Chunking
public import SystemPackage

/// A chain of unpacked layers mounted as one writable tree by overlayfs. All calls block.
public final class RootFilesystem: Sendable {
    /// The mounted tree.
    public let merged: FilePath
    /// Where changes go.
    public let upper: FilePath

    /// Mounts `chain` (all in `layers`) below `workspace`, a new directory that is removed with the mount. Works
    /// with up to 500 layers.
    /// - Throws: `notPermitted` saying which right is missing (CAP_SYS_ADMIN, overlayfs), `io`.
    public init(mounting chain: [Digest], from layers: LocalLayers, workspace: FilePath) throws(BuildError) {
        merged = workspace
        upper = workspace
    }

    /// Unmounts; the upper directory stays until ``discard()`` or until it is adopted. Idempotent.
    public func unmount() throws(BuildError) {}

    /// Unmounts and removes the workspace. Idempotent.
    public func discard() {}
}
