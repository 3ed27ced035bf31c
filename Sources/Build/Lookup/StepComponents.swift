internal import CacheAPI
internal import Chunking
internal import Synchronization

/// The named parts of steps' keys: what their records tell, and what a miss is explained with. Those of a COPY from another
/// stage are known when that stage's table of contents is here.
final class StepComponents: Sendable {
    /// Steps that copy more files than this do not name each.
    private static let filesMaximum = 10_000

    private let prepared: PreparedBuild
    private let copied = Mutex<[Int: [KeyComponent]]>([:])

    init(_ prepared: PreparedBuild) {
        self.prepared = prepared
    }

    /// The parts of a step, as far as they are known.
    subscript(index: Int) -> [KeyComponent] {
        prepared.components(of: index, filesMaximum: Self.filesMaximum) + copied.withLock { $0[index] ?? [] }
    }

    /// Notes what a step copies out of another stage.
    func add(_ paths: [String], in view: ChainView, of index: Int) {
        guard copied.withLock({ $0[index] }) == nil else { return }
        var files: [KeyComponent] = []
        for path in paths {
            guard let source = view.resolved(LayerPath(path)), let root = view.node(at: source) else { continue }
            let nodes = root.entry.kind == .directory ? view.subtree(at: source) : [root]
            guard files.count + nodes.count <= Self.filesMaximum else { return }
            var names = LinkedNames()
            for node in nodes {
                files.append(KeyComponent(file: node.entry, linkedTo: names.first(node.file, node.entry.path.bytes)))
            }
        }
        copied.withLock { $0[index] = files }
    }
}

extension KeyComponent {
    /// A file or directory that is copied: a digest of all that a key says of it, under its path.
    /// - Parameter first: the path of an earlier file that this one is another name of.
    init(file entry: Entry, linkedTo first: [UInt8]? = nil) {
        var key = ContentKey()
        key.add(path: [], entry: entry, linkedTo: first)
        self.init(name: "file.\(String(decoding: entry.path.bytes, as: UTF8.self))", digest: key.finalize())
    }
}
