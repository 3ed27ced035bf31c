public import Chunking
public import SystemPackage

/// Reads local tar archives for `ADD`: plain, gzip or zstd.
public enum ArchiveReader {
    /// Whether the file begins like an archive that ADD unpacks.
    public static func isArchive(_ file: FilePath) throws(BuildError) -> Bool { false }

    /// A layer with the archive's entries below `destination` (absolute, resolved), numeric owners and modes as
    /// in the archive unless overridden. Entries that would leave the destination are refused.
    public static func source(
        unpacking file: FilePath, at destination: LayerPath, owner: (uid: UInt32, gid: UInt32)?, mode: UInt32?
    ) -> LayerSource {
        { _ in }
    }
}
