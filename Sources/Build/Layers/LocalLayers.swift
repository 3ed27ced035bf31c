public import Chunking
internal import Glibc
public import SystemPackage

/// The layers that are unpacked on this runner, each in a directory of the form overlayfs wants for its lower
/// directories (`<state>/layers/<diffID>/fs`, whiteouts as 0/0 character devices, opaque directories by
/// xattr), beside its entry table. All calls block. Several processes may use the same directory.
public struct LocalLayers: Sendable {
    /// The directory that everything is in.
    public let root: FilePath

    /// Uses `root`, making it when it does not exist; leftovers of unfinished work in it are removed.
    /// - Throws: `notPermitted`, `io`.
    public init(root: FilePath) throws(BuildError) {
        self.root = root
        try StateFile.makeDirectory(root)
        do throws(Errno) { try LayerUpkeep.run(root) } catch { throw Self.failure(error, "tidy up \(root)") }
    }

    /// Whether the layer is here, complete.
    public func contains(_ layer: Digest) -> Bool { LayerHome(place(of: layer)).isComplete }

    /// The unpacked tree of a layer that is here.
    public func directory(of layer: Digest) -> FilePath { LayerHome(place(of: layer)).tree }

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

    /// Unpacks a layer from the bytes of its tar, which `source` hands over in parts. The digest of the bytes is
    /// checked before the layer counts as here. Nothing outside the layer's directory is ever touched, whatever
    /// the tar says.
    /// - Throws: `corrupt` when the digest is another, `invalidInput` for a tar whose entries cannot be told for sure,
    ///   `notPermitted`, `io`, or what `source` throws.
    public func unpack(_ layer: Digest, from source: LayerSource) throws {
        if contains(layer) { return }
        try adding(layer) { home in
            try StateFile.makeDirectory(home.tree)
            let (result, hasRoot) = try LayerUnpacker.unpack(into: home.tree, from: source)
            guard result.recipe.digest == layer else {
                throw BuildError(
                    .corrupt, "the layer \(layer.short) has other bytes than its name says: \(result.recipe.digest)")
            }
            guard let entries = result.entries else {
                throw BuildError(
                    .invalidInput,
                    "the layer \(layer.short) is no tar that can be unpacked: sparse files, kinds of entries that no "
                        + "standard knows, or damage")
            }
            try home.write(entries, hasRoot: hasRoot)
        }
    }

    /// Takes over a directory in overlayfs's form (the upper directory of a RUN) as the unpacked tree of `layer`. It
    /// must be on the file system of ``root``.
    /// - Throws: `notPermitted`, `io`.
    public func adopt(_ directory: FilePath, as layer: Digest, entries: EntryTable) throws(BuildError) {
        if contains(layer) {
            do throws(Errno) { return try TreeWalk.remove(directory) } catch {
                throw Self.failure(error, "remove \(directory)")
            }
        }
        do {
            try adding(layer) { home in
                try LayerHome.rename(directory, to: home.tree)
                try home.write(entries, hasRoot: false)
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
            let home = LayerHome(newPlace())
            do {
                try home.make()
                try fill(home)
                try settle(home, as: layer)
            } catch {
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
            return try LayerHome.rename(home.path, to: place)
        } catch  where error == .directoryNotEmpty || error == .fileExists {
            // Somebody else was quicker.
            if contains(layer) { return try TreeWalk.remove(home.path) }
        }
        // What is there was not complete when the machine stopped.
        let stale = newPlace()
        try LayerHome.rename(place, to: stale)
        try LayerHome.rename(home.path, to: place)
        try TreeWalk.remove(stale)
    }

    private func place(of layer: Digest) -> FilePath { root.appending(layer.hex) }

    private func newPlace() -> FilePath {
        let random = UInt64.random(in: 0...UInt64.max)
        return root.appending(LayerUpkeep.unfinishedPrefix + "\(getpid())-" + String(random, radix: 36))
    }

    private static func failure(_ error: Errno, _ what: String) -> BuildError {
        guard !error.isDenial else {
            return BuildError(.notPermitted, "cannot \(what): \(error); \(Privileges.advice)", cause: error)
        }
        return BuildError(.io, "cannot \(what): \(error)", cause: error)
    }
}
