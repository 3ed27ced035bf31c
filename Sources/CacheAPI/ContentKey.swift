public import Chunking

/// The identity of files that an instruction reads: relative path, kind, mode, owner, bytes, link text and
/// extended attributes of each, and which of a source are one file; no times.
public struct ContentKey {
    private var hasher = KeyHasher(domain: "larder.content.v1")

    /// Begins with no source.
    public init() {}

    /// Begins the next source: what the instruction named, and what follows until the next one.
    public mutating func beginSource(_ name: String) {
        hasher.add("source")
        hasher.add(name)
    }

    /// Adds a file of the present source.
    /// - Parameters:
    ///   - path: relative to the source; empty for the source itself.
    ///   - entry: its row; path, times and payload offset are not looked at.
    ///   - first: the path, relative to the source, of an earlier file that this one is another name of.
    public mutating func add(path: [UInt8], entry: Entry, linkedTo first: [UInt8]? = nil) {
        hasher.add("entry")
        hasher.add(path)
        hasher.add(entry.kind.rawValue)
        hasher.add(entry.mode)
        hasher.add(entry.uid)
        hasher.add(entry.gid)
        hasher.add(entry.linkTarget)
        hasher.add(entry.deviceMajor)
        hasher.add(entry.deviceMinor)
        hasher.add(entry.xattrs.count)
        for attribute in entry.xattrs {
            hasher.add(attribute.name)
            hasher.add(attribute.value)
        }
        hasher.add(entry.size)
        hasher.add(entry.content?.rawBytes ?? [])
        guard let first else { return }
        hasher.add("linked")
        hasher.add(first)
    }

    /// The content key of all sources so far.
    public func finalize() -> Digest {
        hasher.finalize()
    }

    /// The content key of `paths` in a chain's merged view: for each path in order its name, and what is at and below it.
    /// A path that ends in `/.` counts without its name: a mount shows it under another.
    /// `nil` when one of them does not exist. O(entries below the paths).
    public static func paths(_ paths: [String], in view: ChainView) -> Digest? {
        var key = ContentKey()
        for path in paths {
            guard let source = view.resolved(LayerPath(path)), let root = view.node(at: source) else { return nil }
            key.beginSource(path.hasSuffix("/.") ? "" : String(decoding: LayerPath(path).name, as: UTF8.self))
            let nodes = root.entry.kind == .directory ? view.subtree(at: source) : [root]
            var names = LinkedNames()
            for node in nodes {
                let below = node.entry.path.bytes.dropFirst(source.bytes.count)
                let relative = Array(below.drop { $0 == UInt8(ascii: "/") })
                key.add(path: relative, entry: node.entry, linkedTo: names.first(node.file, relative))
            }
        }
        return key.finalize()
    }
}
