import CacheAPI
import ChunkStore
import Chunking
import Synchronization

/// Merged views of chains, and what was computed from them, kept from request to request within bounds.
///
/// A view of a large base takes tens of milliseconds and megabytes to make. So the content keys computed from views
/// are kept (64 bytes each), which spares a build that changes nothing every view; and the last views as long as they
/// have few rows together. Views are made one at a time, which bounds memory whatever clients ask.
final class ChainViews: Sendable {
    /// How many content keys are kept.
    static let contentKeysMaximum = 10_000
    /// How many rows the layers of all kept views have together; some 400 bytes each.
    static let rowsMaximum = 100_000

    private struct Kept {
        let project: ProjectID
        let chain: [Digest]
        let view: ChainView
        let rows: Int
    }

    private let contentKeys = Mutex(RecentValues<Digest, Digest>(limit: contentKeysMaximum))
    /// The last used one at the end.
    private let kept = Mutex<[Kept]>([])

    init() {}

    /// The content key of `paths` in the view of `chain`; `nil` when a path, or a layer, is not there.
    /// - Parameter source: the step whose result the chain is: an alias of it spares the view.
    /// - Returns: the key, and whether nobody noted it yet.
    func contentKey(
        of paths: [String], in chain: [Digest], source: SourceStep?, project: ProjectID, store: Store
    ) throws -> (key: Digest, isNew: Bool)? {
        let question = Self.question(paths, chain, project)
        if let key = contentKeys.withLock({ $0[question] }) { return (key, false) }
        if let source, let alias = try store.alias(of: source, paths: paths, project: project),
            alias.chain == StepAlias.identity(of: chain)
        {
            contentKeys.withLock { $0[question] = alias.content }
            return (alias.content, false)
        }
        guard let view = try view(of: chain, project: project, store: store),
            let key = ContentKey.paths(paths, in: view)
        else { return nil }
        contentKeys.withLock { $0[question] = key }
        return (key, true)
    }

    /// The merged view of `chain`; `nil` when the project lacks a layer of it.
    func view(of chain: [Digest], project: ProjectID, store: Store) throws -> ChainView? {
        try kept.withLock { kept in
            if let index = kept.firstIndex(where: { $0.project == project && $0.chain == chain }) {
                let found = kept.remove(at: index)
                kept.append(found)
                return found.view
            }
            var tables: [EntryTable] = []
            for layer in chain {
                guard let table = try store.entries(of: layer, in: project) else { return nil }
                tables.append(table)
            }
            let rows = tables.reduce(0) { $0 + $1.entries.count }
            while !kept.isEmpty, kept.reduce(rows, { $0 + $1.rows }) > Self.rowsMaximum { kept.removeFirst() }
            let view = ChainView(layers: tables)
            if rows <= Self.rowsMaximum {
                kept.append(Kept(project: project, chain: chain, view: view, rows: rows))
            }
            return view
        }
    }

    /// Projects are kept apart, so that none learns from another's layers.
    private static func question(_ paths: [String], _ chain: [Digest], _ project: ProjectID) -> Digest {
        var hasher = KeyHasher(domain: "larder.content-question.v1")
        hasher.add(project.number)
        hasher.add(paths)
        hasher.add(chain)
        return hasher.finalize()
    }
}
