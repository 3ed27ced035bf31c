internal import Chunking
internal import Glibc
internal import SystemPackage

extension ArchiveReader {
    /// Unpacks an archive into an empty directory, as this user's files. Nothing in it leads out of the directory.
    /// - Parameter name: of the archive, for people.
    /// - Throws: `invalidInput` for an archive that cannot be unpacked, `corrupt` for a damaged one, `notPermitted`, `io`.
    static func unpack(_ file: FilePath, named name: String, into directory: FilePath) throws {
        var unpacker = try LayerUnpacker(directory, hidesPaths: false)
        var reader = TarReader()
        try ArchiveBytes.read(file) { bytes in
            try reader.update(
                bytes,
                onEntry: { entry in
                    var entry = entry
                    (entry.uid, entry.gid) = (geteuid(), getegid())
                    // What a directory of a context is like is of no account, but it must be possible to read it.
                    if entry.kind == .directory { entry.mode |= 0o700 }
                    try unpacker.begin(entry)
                },
                onContent: { content in try unpacker.write(content) })
            guard reader.isUnderstood, !reader.hasClimbingNames else { throw refusal(name, reader.hasClimbingNames) }
        }
        guard reader.finish() else { throw refusal(name, false) }
        try unpacker.finish()
    }

    private static func refusal(_ name: String, _ climbs: Bool) -> BuildError {
        let reason =
            climbs
            ? "an entry's name leads out of it"
            : "it is damaged, or has sparse files or kinds of entries that no standard knows"
        return BuildError(.invalidInput, "The build context from \(name) cannot be unpacked: \(reason).")
    }
}
