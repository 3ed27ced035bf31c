internal import Chunking

/// Puts the rows of an archive below the directory that it is unpacked into.
struct ArchiveRelocation {
    private let destination: LayerPath
    private let owner: (uid: UInt32, gid: UInt32)?
    /// What in the archive no entry may be below: an entry there would be put wherever a link leads.
    private var links: Set<LayerPath> = []

    init(destination: LayerPath, owner: (uid: UInt32, gid: UInt32)?) {
        self.destination = destination
        self.owner = owner
    }

    /// - Throws: `invalidInput` for an entry that a link leads astray, or whose name means a removed file.
    mutating func row(for entry: Entry) throws(BuildError) -> Entry {
        try Self.checkName(entry.path)
        try check(entry.path, entry.path)
        var row = entry
        row.path = destination.joining(entry.path.bytes)
        row.mtimeNanoseconds = 0
        if entry.kind == .hardlink {
            let target = LayerPath(entry.linkTarget)
            try check(target, entry.path)
            row.linkTarget = destination.joining(target.bytes).bytes
        }
        if entry.kind == .symlink { links.insert(entry.path) } else { links.remove(entry.path) }
        if let owner { (row.uid, row.gid) = (owner.uid, owner.gid) }
        return row
    }

    private static func checkName(_ path: LayerPath) throws(BuildError) {
        guard path.components.contains(where: { $0.starts(with: Whiteout.prefix) }) else { return }
        throw BuildError(
            .invalidInput,
            "the archive has \(path), which cannot be in a layer: names that begin with '.wh.' mean removed files")
    }

    private func check(_ path: LayerPath, _ entry: LayerPath) throws(BuildError) {
        guard !links.isEmpty else { return }
        var next = path.parent
        while let directory = next {
            guard !links.contains(directory) else {
                throw BuildError(
                    .invalidInput,
                    "the archive has \(entry) behind its own link \(directory), which may lead anywhere; unpack it in "
                        + "a RUN instead")
            }
            next = directory.parent
        }
    }
}
