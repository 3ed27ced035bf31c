public import Chunking
public import SystemPackage

/// The layers that are unpacked on this runner, each in a directory of the form overlayfs wants for its lower
/// directories (`<state>/layers/<diffID>/fs`, whiteouts as 0/0 character devices, opaque directories by
/// xattr), beside its entry table. All calls block.
public struct LocalLayers: Sendable {
    /// The directory that everything is in.
    public let root: FilePath

    /// Uses `root`, making it when it does not exist; leftovers of unfinished work in it are removed.
    public init(root: FilePath) throws(BuildError) { self.root = root }

    /// Whether the layer is here, complete.
    public func contains(_ layer: Digest) -> Bool { false }

    /// The unpacked tree of a layer that is here.
    public func directory(of layer: Digest) -> FilePath { root }

    /// The table of contents of a layer that is here.
    public func entries(of layer: Digest) throws(BuildError) -> EntryTable { EntryTable() }

    /// Unpacks a layer from the bytes of its tar, which `source` hands over in parts. The digest of the bytes is
    /// checked before the layer counts as here. Nothing outside the layer's directory is ever touched, whatever
    /// the tar says.
    /// - Throws: `corrupt` when the digest is another, `notPermitted`, `io`, or what `source` throws.
    public func unpack(_ layer: Digest, from source: LayerSource) throws {}

    /// Takes over a directory in overlayfs's form (the upper directory of a RUN) as the unpacked tree of `layer`.
    public func adopt(_ directory: FilePath, as layer: Digest, entries: EntryTable) throws(BuildError) {}
}
