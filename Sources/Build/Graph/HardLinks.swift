internal import Chunking

/// Makes the further names of files hard links to the first, in the order of a layer's items. Each item has the bytes of its
/// file until then, since the one that comes first may be left out or replaced.
struct HardLinks {
    /// A file with several names, of one source of a COPY: names of different sources become files of their own.
    struct File: Hashable {
        let source: Int
        let number: Int
    }

    private var first: [File: LayerPath] = [:]

    /// The next item as it goes into the layer.
    /// - Parameter file: which file it is; `nil` when it has no other name.
    mutating func item(_ item: CopyLayer.Item, _ file: File?) -> CopyLayer.Item {
        guard let file else { return item }
        guard let target = first[file] else {
            first[file] = item.entry.path
            return item
        }
        var entry = item.entry
        (entry.kind, entry.linkTarget) = (.hardlink, target.bytes)
        (entry.size, entry.content, entry.xattrs) = (0, nil, [])
        return CopyLayer.Item(entry: entry, content: .none)
    }
}
