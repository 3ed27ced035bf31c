internal import CacheAPI
internal import Chunking

/// What is at paths of the chain that a layer is made for.
struct DestinationFacts: Sendable {
    private var paths: [LayerPath: ChainAnswer.Path] = [:]

    init() {}

    subscript(path: LayerPath) -> ChainAnswer.Path? {
        get { paths[path] }
        set { paths[path] = newValue }
    }

    /// Where `path` leads.
    /// - Throws: `invalidInput` when links loop.
    func resolved(_ path: LayerPath) throws(BuildError) -> LayerPath {
        guard let fact = paths[path] else { return path }
        guard let resolved = fact.resolved else {
            throw BuildError(.invalidInput, "\(path) cannot be followed: its links loop.")
        }
        return LayerPath(resolved)
    }

    /// Whether a link stands at `path` itself; to be asked when its parent is no link.
    func isLink(_ path: LayerPath) -> Bool {
        guard let fact = paths[path] else { return false }
        return fact.resolved.map { LayerPath($0) != path } ?? true
    }
}

extension LayerPath {
    /// The directories above, the highest first, without the root.
    var ancestors: [LayerPath] {
        var found: [LayerPath] = []
        var next = parent
        while let path = next, !path.bytes.isEmpty {
            found.append(path)
            next = path.parent
        }
        return found.reversed()
    }
}
