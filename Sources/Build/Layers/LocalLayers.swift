public import Chunking
internal import Glibc
public import SystemPackage

/// The layers that are on this runner, each in a directory of its own beside its entry table: unpacked
/// (`<state>/layers/<diffID>/fs`) or as an image that is mounted when it is needed (`…/image`), in both cases of the form
/// overlayfs wants for its lower directories: whiteouts as 0/0 character devices, opaque directories by xattr. All calls
/// block. Several processes may use the same directory; what one was told to be there stays until it ends.
public struct LocalLayers: Sendable {
    /// The directory that everything is in.
    public let root: FilePath
    private let holds: LayerHolds
    /// Mounts images; `nil` where layers are unpacked.
    private let mounts: LayerMounts?

    /// Uses `root`, making it when it does not exist; leftovers of unfinished work in it are removed. Layers are unpacked.
    /// - Throws: `notPermitted`, `io`.
    public init(root: FilePath) throws(BuildError) {
        try self.init(root: root, mounts: nil)
    }

    /// Uses `root` as ``init(root:)`` does.
    /// - Parameter mounts: mounts images of layers, as far as it can; it has to live on as long as trees are used.
    init(root: FilePath, mounts: LayerMounts?) throws(BuildError) {
        self.root = root
        self.mounts = mounts
        try StateFile.makeDirectory(root)
        do throws(Errno) {
            holds = try LayerHolds(root)
            try LayerUpkeep.run(root, holds)
        } catch {
            throw Self.failure(error, "tidy up \(root)")
        }
    }

    /// Whether the layer is here, complete and of use. If so it stays until these layers are not used any more.
    public func contains(_ layer: Digest) -> Bool {
        let home = LayerHome(place(of: layer))
        return holds.hold(layer) {
            guard home.isComplete, !home.isImage || mounts?.areAllowed == true else { return false }
            home.touch()
            return true
        }
    }

    /// The tree of a layer that is here.
    /// - Throws: `corrupt` when it turned out to be of no use; then it is not here any more.
    public func directory(of layer: Digest) throws(BuildError) -> FilePath {
        let home = LayerHome(place(of: layer))
        guard let mounts, home.isImage else { return home.tree }
        do throws(BuildError) {
            return try mounts.tree(of: layer, in: home.image)
        } catch {
            holds.release(layer)
            _ = holds.exclusively(layer) { try? TreeWalk.remove(home.path) }
            throw BuildError(.corrupt, error.description, cause: error)
        }
    }

    /// None of the layers is used any more: others may remove them. Trees are not mounted any more.
    func close() {
        mounts?.close()
        holds.close()
    }

    /// Whether the layer's tar says what its root directory is like.
    func hasRoot(_ layer: Digest) -> Bool { LayerHome(place(of: layer)).hasRoot }

    /// The directories that a layer that is here needs and that its tar says nothing of.
    func impliedDirectories(of layer: Digest) throws(Errno) -> [LayerPath] {
        do throws(Errno) {
            return try SmallFile.read(LayerHome(place(of: layer)).implied).split(separator: 0).map { LayerPath($0) }
        } catch .noSuchFileOrDirectory {
            return []
        }
    }

    /// The table of contents of a layer that is here.
    /// - Throws: `io`, `corrupt`.
    public func entries(of layer: Digest) throws(BuildError) -> EntryTable {
        let bytes: [UInt8]
        do throws(Errno) { bytes = try SmallFile.read(LayerHome(place(of: layer)).entries) } catch {
            throw Self.failure(error, "read the table of contents of the layer \(layer.short)")
        }
        do throws(ChunkingError) { return try unsafe EntryTable(decoding: bytes.span.bytes) } catch {
            throw BuildError(
                .corrupt, "the layer \(layer.short) in \(root) is damaged: \(error); remove it", cause: error)
        }
    }

    /// The chunks of the payload of a layer that is here; none when they are not known.
    func payload(of layer: Digest) -> [ChunkReference] {
        guard let bytes = try? SmallFile.read(LayerHome(place(of: layer)).chunks) else { return [] }
        return (try? LayerChunks(decoding: bytes))?.chunks ?? []
    }

    /// Makes a layer out of the bytes of its tar, which `source` hands over in parts, if need be several times. The digest
    /// of the bytes is checked before the layer counts as here. Nothing outside the layer's directory is ever touched,
    /// whatever the tar says.
    /// - Parameter recipe: that of the layer as the server has it or as it was cut here: then the bytes are hashed once only.
    /// - Throws: `corrupt` when the digest is another, `invalidInput` for a tar whose entries cannot be told for sure,
    ///   `notPermitted`, `io`, or what `source` throws.
    public func unpack(_ layer: Digest, from source: LayerSource, recipe: Recipe? = nil) throws {
        if contains(layer) { return }
        try adding(layer) { home in
            let made = try make(layer, home, source, recipe)
            let result = made.result
            guard result.digest == layer else {
                throw BuildError(
                    .corrupt, "the layer \(layer.short) has other bytes than its name says: \(result.digest)")
            }
            guard let entries = result.entries else {
                throw BuildError(
                    .invalidInput,
                    "the layer \(layer.short) is no tar that can be unpacked: sparse files, kinds of entries that no "
                        + "standard knows, or damage")
            }
            // Without rows it is zeros, which are in no file.
            let chunks = LayerChunks(chunks: entries.entries.isEmpty ? [] : result.payload, parts: made.parts)
            try home.write(entries, chunks, hasRoot: made.hasRoot)
        }
    }

    /// Makes the image or the tree of a layer.
    private func make(
        _ layer: Digest, _ home: LayerHome, _ source: LayerSource, _ recipe: Recipe?
    ) throws -> MadeLayer {
        if let made = try makeImage(layer, home, source, recipe) { return made }
        try StateFile.makeDirectory(home.tree)
        if let recipe {
            if let made = try LayerUnpacker.unpack(into: home.tree, from: source, recipe: recipe) { return made }
            try TreeWalk.remove(home.tree)
            try StateFile.makeDirectory(home.tree)
        }
        return try LayerUnpacker.unpack(into: home.tree, from: source)
    }

    /// Makes and mounts the image of a layer; `nil` when it is to be unpacked instead.
    private func makeImage(
        _ layer: Digest, _ home: LayerHome, _ source: LayerSource, _ recipe: Recipe?
    ) throws -> MadeLayer? {
        guard let mounts, mounts.areAllowed else { return nil }
        do {
            if let made = try LayerImage.make(of: layer, at: home.image, from: source, recipe: recipe) {
                guard made.result.digest == layer else { return made }
                // Whatever is wrong with it should come out while the layer can still be unpacked.
                if (try? mounts.tree(of: layer, in: home.image)) != nil { return made }
            }
        } catch is LayerImage.Unsuitable {}
        try LayerHome.remove(file: home.image)
        return nil
    }

    /// Writes the image of a layer while somebody else finds out what its digest is. Blocks.
    /// - Returns: `nil` where the layer is to be unpacked instead.
    /// - Throws: what `source` throws; `invalidInput` when a name leads out of the layer; `io`.
    func draft(from source: LayerSource) throws -> LayerDraft? {
        guard let mounts, mounts.areAllowed else { return nil }
        do {
            return try LayerImage.draft(in: try OpenFile(unlinkedIn: root), from: source)
        } catch is LayerImage.Unsuitable {
            return nil
        }
    }

    /// Keeps a drafted image as that of `layer`, of whose bytes it was made.
    /// - Parameter payload: the chunks of the layer's payload, in order.
    /// - Throws: `notPermitted`, `io`.
    func keep(_ draft: LayerDraft, as layer: Digest, entries: EntryTable, payload: [ChunkReference]) throws {
        guard let mounts, !contains(layer) else { return }
        try adding(layer) { home in
            try draft.file.link(at: home.image)
            // Whatever is wrong with it should come out while the layer can still be unpacked.
            _ = try mounts.tree(of: layer, in: home.image)
            let chunks = LayerChunks(chunks: entries.entries.isEmpty ? [] : payload, parts: draft.parts)
            try home.write(entries, chunks, hasRoot: draft.hasRoot)
        }
    }

    /// Takes over a directory in overlayfs's form (the upper directory of a RUN) as the unpacked tree of `layer`. It
    /// must be on the file system of ``root``.
    /// - Parameter payload: the chunks of the layer's payload, in order.
    /// - Throws: `notPermitted`, `io`.
    public func adopt(
        _ directory: FilePath, as layer: Digest, entries: EntryTable, payload: [ChunkReference] = []
    ) throws(BuildError) {
        if contains(layer) {
            do throws(Errno) { return try TreeWalk.remove(directory) } catch {
                throw Self.failure(error, "remove \(directory)")
            }
        }
        do {
            try adding(layer) { home in
                try directory.rename(to: home.tree)
                try home.write(entries, LayerChunks(chunks: payload, parts: []), hasRoot: false)
            }
        } catch {
            throw (error as? BuildError)
                ?? BuildError(.io, "cannot keep the layer \(layer.short): \(error)", cause: error)
        }
    }

    /// Has `fill` make a layer under a name of its own, and gives it its place.
    private func adding(_ layer: Digest, _ fill: (LayerHome) throws -> Void) throws {
        do {
            // Kept until the end, so that nobody takes what is being made for a leftover.
            let directory = try OpenDirectory(root)
            try directory.descriptor.lock(shared: true)
            let home = LayerHome(LayerUpkeep.unfinished(in: root))
            holds.begin(layer)
            do {
                try home.make()
                try fill(home)
                try settle(home, as: layer)
                _ = holds.hold(layer) { true }
            } catch {
                holds.release(layer)
                try? TreeWalk.remove(home.path)
                throw error
            }
        } catch let error as Errno {
            throw Self.failure(error, "keep the layer \(layer.short) in \(root)")
        }
    }

    private func settle(_ home: LayerHome, as layer: Digest) throws(Errno) {
        let place = place(of: layer)
        do throws(Errno) {
            return try home.path.rename(to: place)
        } catch  where error == .directoryNotEmpty || error == .fileExists {
            // Somebody else was quicker.
            if contains(layer) { return try TreeWalk.remove(home.path) }
        }
        // What is there was not complete when the machine stopped.
        let stale = LayerUpkeep.unfinished(in: root)
        try place.rename(to: stale)
        try home.path.rename(to: place)
        try TreeWalk.remove(stale)
    }

    private func place(of layer: Digest) -> FilePath { root.appending(layer.hex) }

    static func failure(_ error: Errno, _ what: String) -> BuildError {
        guard !error.isDenial else {
            return BuildError(.notPermitted, "cannot \(what): \(error); \(Privileges.advice)", cause: error)
        }
        return BuildError(.io, "cannot \(what): \(error)", cause: error)
    }
}
