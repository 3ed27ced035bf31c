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

    /// Copies `sources` into the filesystem of `present`, or for `--link` beside it.
    /// - Parameter isNeededHere: whether a command is going to run on the layer.
    /// - Throws: `invalidInput` when the destination does not take them; `server`, `io`.
    func run(
        _ copy: CopyOperation, _ sources: [CopySource], in present: [Digest], isNeededHere: Bool
    ) async throws -> Made {
        let chain = copy.isLinked ? [] : present
        var owner: CopyLayout.Owner?
        if let text = copy.owner { owner = try await users.owner(text, in: chain) }
        let archives = try await BlockingThreads.run { try Self.archives(among: sources) }
        let layout = CopyLayout(
            sources: sources.enumerated().filter { archives[$0.offset] == nil }.map(\.element),
            destination: LayerPath(copy.destination),
            destinationIsDirectory: copy.destinationIsDirectory || !archives.isEmpty, owner: owner, mode: copy.mode)
        var found = DestinationFacts()
        try await facts.find(layout.paths, in: chain, &found)
        try await facts.find(try layout.furtherPaths(found), in: chain, &found)
        let items = try layout.items(found)
        if !archives.isEmpty {
            let target = try found.resolved(LayerPath(copy.destination))
            return try await unpack(
                archives.sorted { $0.key < $1.key }.map(\.value), at: target, CopyLayer(items: items), owner, in: chain)
        }
        if items.isEmpty { return Made() }
        let changes = ChangeLog()
        let source = CopyLayer(items: items).source { changes.add($0) }
        let (layer, entries) =
            sources.allSatisfy(\.isSettled)
            ? try await maker.makeSettled(source, known: Self.known(items), isNeededHere: isNeededHere)
            : try await maker.make(source, isNeededHere: isNeededHere)
        Self.compare(items, entries.entries, changes)
        return Made(layer: layer, changed: changes.paths)
    }

    /// The chunks of files that come from layers.
    private static func known(_ items: [CopyLayer.Item]) -> LayerCutter.KnownChunks {
        var chunks: [LayerPath: [ChunkReference]] = [:]
        for item in items where !item.chunks.isEmpty { chunks[item.entry.path] = item.chunks }
        return { [chunks] in chunks[$0] ?? [] }
    }

    /// Notes the files that have other bytes than the step's key says. `entries` end with those of `items`.
    private static func compare(_ items: [CopyLayer.Item], _ entries: [Entry], _ changes: ChangeLog) {
        for (item, entry) in zip(items.reversed(), entries.reversed()) {
            guard let expected = item.entry.content, entry.content != expected else { continue }
            changes.add(item.entry.path)
        }
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
        let restorer = maker.restorer
        return try await BlockingThreads.run {
            var sources: [CopySource] = []
            var areCovered = true
            for item in copy.items {
                let (root, pattern) = Self.parts(of: item)
                let filter = try CopyFilter(pattern: pattern, excludes: copy.excludes)
                var isEmpty = true
                for path in try CopyPaths.matches(of: root, in: view) {
                    if !CopyPaths.isCovered(path, by: root, in: view) { areCovered = false }
                    var source = try Self.source(path, in: view, chain, restorer, named: name)
                    source.files = filter.apply(source.files, path: \.path)
                    if pattern == nil || pattern == "" || source.files.count > 1 { isEmpty = false }
                    sources.append(source)
                }
                if isEmpty, let pattern, !CopyPaths.hasWildcard("\(root)/\(pattern)") {
                    throw BuildError(.invalidInput, "/\(root)/\(pattern) is not in \(name)")
                }
            }
            return (sources, areCovered)
        }
    }

    private static func parts(of item: CopyOperation.Item) -> (root: String, pattern: String?) {
        switch item {
        case .path(let path): (path, nil)
        case .tree(let root, let pattern): (root, pattern)
        // ADD alone fetches, and not from stages.
        case .download, .repository: ("", nil)
        }
    }

    private static func source(
        _ path: LayerPath, in view: ChainView, _ chain: [Digest], _ restorer: ChainRestorer, named name: String
    ) throws(BuildError) -> CopySource {
        guard let resolved = view.resolved(path), let top = view.node(at: resolved) else {
            throw BuildError(.invalidInput, "\(path) is not in \(name)")
        }
        let nodes = top.entry.kind == .directory ? view.subtree(at: resolved) : [top]
        var trees: [Int: (directory: FilePath, payload: PayloadChunks)] = [:]
        for node in nodes where node.entry.kind == .file && trees[node.layer] == nil {
            let layer = chain[node.layer]
            trees[node.layer] = (try restorer.layers.directory(of: layer), restorer.payload(of: layer))
        }
        let files = nodes.map { node in
            let relative = node.entry.path.bytes.dropFirst(resolved.bytes.count).drop { $0 == UInt8(ascii: "/") }
            var file = CopySource.File(path: Array(relative), entry: node.entry, content: .none, file: node.file)
            if node.entry.kind == .file, let tree = trees[node.layer] {
                file.content = .file(.joining(tree.directory, node.entry.path))
                file.chunks = tree.payload.chunks(of: node.entry)
            }
            return file
        }
        var source = CopySource(name: Array(path.name), files: files)
        source.isSettled = true
        return source
    }

    // MARK: Archives

    /// An archive that is unpacked.
    private struct Archive: Sendable {
        let path: FilePath
        let entry: Entry
    }

    /// Those of `sources` that are unpacked, by their place.
    private static func archives(among sources: [CopySource]) throws(BuildError) -> [Int: Archive] {
        var archives: [Int: Archive] = [:]
        for (position, source) in sources.enumerated() where source.isUnpacked {
            guard let file = source.files.first, case .file(let path) = file.content,
                try ArchiveReader.isArchive(path)
            else { continue }
            archives[position] = Archive(path: path, entry: file.entry)
        }
        return archives
    }

    private func unpack(
        _ archives: [Archive], at target: LayerPath, _ files: CopyLayer, _ owner: CopyLayout.Owner?, in chain: [Digest]
    ) async throws -> Made {
        let paths = archives.map(\.path)
        let numbers = owner.map { ($0.uid, $0.gid) }
        let entries = try await LayerScan.scan(
            ArchiveReader.source(unpacking: paths, at: target, owner: numbers)
        ).entries
        let directories = try await directories(around: entries?.entries ?? [], target, owner, in: chain)
        let changes = ChangeLog()
        let (layer, table) = try await maker.make(
            ArchiveReader.source(
                unpacking: paths, at: target, owner: numbers, directories: directories, files: files,
                onChange: { changes.add($0) }))
        Self.compare(files.items, table.entries, changes)
        for archive in archives {
            let digest = try await BlockingThreads.run { try FileHasher.hash(archive.path).digest }
            if let expected = archive.entry.content, digest != expected { changes.add(archive.entry.path) }
        }
        return Made(layer: layer, changed: changes.paths)
    }

    /// The directories that lead to an archive's entries and are no entries themselves, as they are in the image: a layer
    /// that does not know them would change them.
    /// - Throws: `invalidInput` when one of them is a link: a layer cannot put files behind it, it would replace it.
    private func directories(
        around entries: [Entry], _ target: LayerPath, _ owner: CopyLayout.Owner?, in chain: [Digest]
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
        try items.add(directories: paths.subtracting(own).sorted(), found, owner)
        return items.items.map(\.entry)
    }
}
