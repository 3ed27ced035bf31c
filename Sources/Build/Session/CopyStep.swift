internal import Chunking
internal import Dockerfile
internal import SystemPackage

/// Executes a COPY or ADD.
struct CopyStep: Sendable {
    let maker: LayerMaker
    let users: UserLookup
    let facts: ChainFacts

    /// What became of it.
    struct Made: Sendable {
        /// The layer; `nil` when nothing was to be copied.
        var layer: Digest?
        /// Files that had other bytes than the step's key says.
        var changed: [LayerPath] = []
    }

    /// Copies `sources` into the filesystem of `chain`.
    /// - Throws: `invalidInput` when the destination does not take them; `server`, `io`.
    func run(_ copy: CopyOperation, _ sources: [CopySource], in chain: [Digest]) async throws -> Made {
        var owner: CopyLayout.Owner?
        if let text = copy.owner { owner = try await users.owner(text, in: chain) }
        let isArchive = try await BlockingThreads.run { try copy.unpacksArchives && Self.hasArchive(sources) }
        if isArchive { return try await unpack(copy, sources, owner, in: chain) }
        let layout = CopyLayout(
            sources: sources, destination: LayerPath(copy.destination),
            destinationIsDirectory: copy.destinationIsDirectory, owner: owner, mode: copy.mode)
        var found = DestinationFacts()
        try await facts.find(layout.paths, in: chain, &found)
        try await facts.find(try layout.furtherPaths(found), in: chain, &found)
        let items = try layout.items(found)
        if items.isEmpty { return Made() }
        let changes = ChangeLog()
        let (layer, entries) = try await maker.make(CopyLayer(items: items).source { changes.add($0) })
        for (item, entry) in zip(items, entries.entries) {
            guard let expected = item.entry.content, entry.content != expected else { continue }
            changes.add(item.entry.path)
        }
        return Made(layer: layer, changed: changes.paths)
    }

    /// The sources of a COPY --from.
    /// - Throws: `invalidInput` for a path that is not there; `server`, `io`.
    /// - Returns: the sources, and whether the step's key covers all of them.
    func sources(
        of copy: CopyOperation, in chain: [Digest], named name: String
    ) async throws -> (sources: [CopySource], areCovered: Bool) {
        try await maker.restorer.restore(chain)
        guard let view = try await maker.restorer.view(of: chain) else {
            throw BuildError(.corrupt, "The layers of \(name) cannot be read.")
        }
        let layers = maker.restorer.layers
        return try await BlockingThreads.run {
            var sources: [CopySource] = []
            var areCovered = true
            for pattern in copy.paths {
                for path in try CopyPaths.matches(of: pattern, in: view) {
                    if !CopyPaths.isCovered(path, by: pattern, in: view) { areCovered = false }
                    sources.append(try Self.source(path, in: view, chain, layers, named: name))
                }
            }
            return (sources, areCovered)
        }
    }

    private static func source(
        _ path: LayerPath, in view: ChainView, _ chain: [Digest], _ layers: LocalLayers, named name: String
    ) throws(BuildError) -> CopySource {
        guard let resolved = view.resolved(path), let top = view.node(at: resolved) else {
            throw BuildError(.invalidInput, "\(path) is not in \(name)")
        }
        let nodes = top.entry.kind == .directory ? view.subtree(at: resolved) : [top]
        let files = nodes.map { node in
            let relative = node.entry.path.bytes.dropFirst(resolved.bytes.count).drop { $0 == UInt8(ascii: "/") }
            let content =
                node.entry.kind == .file
                ? CopyLayer.Item.Content.file(.joining(layers.directory(of: chain[node.layer]), node.entry.path))
                : .none
            return CopySource.File(path: Array(relative), entry: node.entry, content: content)
        }
        return CopySource(name: Array(path.name), files: files)
    }

    // MARK: Archives

    private static func hasArchive(_ sources: [CopySource]) throws(BuildError) -> Bool {
        for source in sources {
            if case .file(let path)? = source.files.first?.content, try ArchiveReader.isArchive(path) { return true }
        }
        return false
    }

    private func unpack(
        _ copy: CopyOperation, _ sources: [CopySource], _ owner: CopyLayout.Owner?, in chain: [Digest]
    ) async throws -> Made {
        guard sources.count == 1, let file = sources.first?.files.first, case .file(let path) = file.content else {
            throw BuildError(.invalidInput, "an ADD that unpacks an archive has one source: write one ADD for each")
        }
        let destination = LayerPath(copy.destination)
        var found = DestinationFacts()
        try await facts.find([destination], in: chain, &found)
        let target = try found.resolved(destination)
        let owner = owner.map { ($0.uid, $0.gid) }
        let entries = try await LayerScan.scan(
            ArchiveReader.source(unpacking: path, at: target, owner: owner, mode: copy.mode)
        ).entries
        let directories = try await directories(around: entries?.entries ?? [], target, in: chain)
        let (layer, _) = try await maker.make(
            ArchiveReader.source(
                unpacking: path, at: target, owner: owner, mode: copy.mode, directories: directories))
        let digest = try await BlockingThreads.run { try FileHasher.hash(path).digest }
        return Made(layer: layer, changed: digest == file.entry.content ? [] : [file.entry.path])
    }

    /// The directories that lead to an archive's entries and are no entries themselves, as they are in the image: a layer
    /// that does not know them would change them.
    /// - Throws: `invalidInput` when one of them is a link: a layer cannot put files behind it, it would replace it.
    private func directories(
        around entries: [Entry], _ target: LayerPath, in chain: [Digest]
    ) async throws -> [Entry] {
        let own = Set(entries.lazy.filter { $0.kind == .directory }.map(\.path))
        var paths = Set(target.ancestors + [target])
        for entry in entries { paths.formUnion(entry.path.ancestors) }
        paths.remove(.root)
        var found = DestinationFacts()
        try await facts.find(paths.union(own).subtracting([.root]).sorted(), in: chain, &found)
        if let link = paths.union(own).sorted().first(where: { found.isLink($0) }) {
            throw BuildError(
                .invalidInput,
                """
                the archive has files below \(link), which is a link in the image; add it to another directory, or \
                unpack it in a RUN
                """)
        }
        var items = LayerItems(mtime: (entries.map(\.mtimeSeconds).max() ?? 0, 0))
        try items.add(directories: paths.subtracting(own).sorted(), found, nil)
        return items.items.map(\.entry)
    }
}
