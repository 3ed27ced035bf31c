public import Chunking
public import SystemPackage

/// Reads local tar archives for `ADD`: plain, or compressed with gzip, zstd, xz or bzip2.
public enum ArchiveReader {
    /// How much of an archive is looked at for its first entry. Bytes.
    private static let prefixMaximum = 4 << 20

    /// Whether the file begins like an archive that ADD unpacks.
    /// - Throws: `io`.
    public static func isArchive(_ file: FilePath) throws(BuildError) -> Bool {
        do {
            var reader = TarReader()
            var found = false
            var count = 0
            do {
                try ArchiveBytes.read(file) { bytes in
                    reader.update(bytes, onEntry: { _ in found = true }, onContent: { _ in })
                    count += bytes.byteCount
                    guard !found, reader.isUnderstood, count < prefixMaximum else { throw Known() }
                }
            } catch is Known {
            } catch let error as BuildError where error.code == .corrupt {
                // What cannot be decompressed is a file like others.
            }
            return found
        } catch {
            throw (error as? BuildError) ?? BuildError(.io, "\(file) cannot be read: \(error)", cause: error)
        }
    }

    /// A layer with the archives' entries below `destination` (absolute, resolved), numeric owners and modes as
    /// in the archives unless overridden. Entries that would leave the destination, also through a link in their archive,
    /// are refused.
    /// - Parameter files: what is copied besides; those in front, directories that lead to the destination, come first.
    ///
    /// The source throws `invalidInput` for an archive that cannot be unpacked, `corrupt` for a damaged one, `io`.
    public static func source(
        unpacking archives: [FilePath], at destination: LayerPath, owner: (uid: UInt32, gid: UInt32)?,
        directories: [Entry] = [], files: CopyLayer = CopyLayer(items: []),
        onChange: @escaping @Sendable (LayerPath) -> Void = { _ in }
    ) -> LayerSource {
        { write in
            var writer = TarWriter()
            for directory in directories { try writer.begin(directory, to: write) }
            for archive in archives {
                try append(archive, ArchiveRelocation(destination: destination, owner: owner), to: &writer, write)
            }
            try files.write(to: &writer, write, onChange: onChange)
            try writer.finish(to: write)
        }
    }

    private static func append(
        _ file: FilePath, _ relocation: consuming ArchiveRelocation, to writer: inout TarWriter, _ write: TarWriter.Sink
    ) throws {
        var relocation = relocation
        var reader = TarReader()
        var left: UInt64 = 0
        var size: UInt64 = 0
        try ArchiveBytes.read(file) { bytes in
            try reader.update(
                bytes,
                onEntry: { entry in
                    // As in BuildKit the directory that it is unpacked into stays as it is.
                    guard entry.path != .root else { return }
                    let row = try relocation.row(for: entry)
                    (left, size) = (row.size, row.size)
                    try writer.begin(row, to: write)
                },
                onContent: { content in
                    try writer.write(content, to: write)
                    left -= UInt64(content.byteCount)
                    if left == 0 { try writer.pad(size, to: write) }
                })
            try check(reader.isUnderstood, reader.hasClimbingNames, file)
        }
        try check(reader.finish(), false, file)
    }

    private static func check(_ isUnderstood: Bool, _ climbs: Bool, _ file: FilePath) throws(BuildError) {
        guard !climbs else {
            throw BuildError(
                .invalidInput, "\(file) has an entry whose name leads out of where it is unpacked; leave it out")
        }
        guard isUnderstood else {
            throw BuildError(
                .invalidInput,
                "\(file) cannot be unpacked: it is damaged, or has sparse files or kinds of entries that no standard "
                    + "knows; make it anew with 'tar --format=pax'")
        }
    }

    /// Ends the look at an archive.
    private struct Known: Error {}
}
