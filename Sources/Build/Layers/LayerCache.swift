public import Chunking
public import SystemPackage

/// The layers that a runner keeps between builds, for those who want to know what they take, and to have less of them. All calls
/// block.
public struct LayerCache: Sendable {
    /// A layer that is here.
    public struct Layer: Sendable {
        /// Its diffID.
        public let digest: Digest
        /// About how many bytes it takes on the disk.
        public let byteCount: UInt64
        /// When a build last used it. Seconds since 1970.
        public let lastUse: Int64
        /// Whether it is kept as an image that is mounted, and not unpacked.
        public let isImage: Bool
        /// Whether a build that runs uses it, so that it cannot be removed now.
        public let isInUse: Bool
    }

    /// What was removed.
    public struct Removal: Sendable {
        /// How many layers.
        public var count = 0
        /// About how many bytes they took.
        public var byteCount: UInt64 = 0
    }

    private let root: FilePath

    /// The layers of a state directory, which need not exist.
    public init(stateDirectory: FilePath) {
        self.init(root: stateDirectory.appending("layers"))
    }

    init(root: FilePath) {
        self.root = root
    }

    /// All layers, those used last first.
    /// - Throws: `notPermitted`, `io`.
    public func layers() throws(BuildError) -> [Layer] {
        do throws(Errno) {
            let holds = try LayerHolds(root)
            let names = try OpenDirectory(root).names().map { String(decoding: $0, as: UTF8.self) }
            return names.compactMap { Digest(hex: $0) }.map { digest in
                let home = LayerHome(root.appending(digest.hex))
                return Layer(
                    digest: digest, byteCount: home.byteCount, lastUse: home.lastUse, isImage: home.isImage,
                    isInUse: !holds.exclusively(digest) {})
            }.sorted { ($0.lastUse, $0.digest.hex) > ($1.lastUse, $1.digest.hex) }
        } catch .noSuchFileOrDirectory {
            return []
        } catch {
            throw LocalLayers.failure(error, "look at \(root)")
        }
    }

    /// Removes the layers that were not used for longest until the others take no more than `limit` bytes. What a running
    /// build uses stays.
    /// - Throws: `notPermitted`, `io`.
    public func trim(to limit: UInt64) throws(BuildError) -> Removal {
        let layers = try layers()
        var total = layers.reduce(0) { $0 + $1.byteCount }
        var removal = Removal()
        do throws(Errno) {
            let holds = try LayerHolds(root)
            for layer in layers.reversed() where total > limit && !layer.isInUse {
                guard remove(layer.digest, holds) else { continue }
                total -= layer.byteCount
                removal.count += 1
                removal.byteCount += layer.byteCount
            }
        } catch {
            guard error != .noSuchFileOrDirectory else { return removal }
            throw LocalLayers.failure(error, "remove layers from \(root)")
        }
        return removal
    }

    /// Renames the layer while nobody can begin to use it, and removes it then; what is left of that when the process
    /// ends, the next build removes.
    func remove(_ layer: Digest, _ holds: LayerHolds) -> Bool {
        let place = root.appending(layer.hex)
        let aside = LayerUpkeep.unfinished(in: root)
        var isRenamed = false
        guard holds.exclusively(layer, { isRenamed = (try? place.rename(to: aside)) != nil }), isRenamed
        else {
            return false
        }
        try? TreeWalk.remove(aside)
        return true
    }
}
