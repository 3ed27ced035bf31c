import Chunking

/// Which files lie where in the payload stream of a layer.
struct FileNames {
    private let starts: [UInt64]
    private let ends: [UInt64]
    private let paths: [LayerPath]

    init(_ result: LayerSplitter.Result) {
        let files = (result.entries?.entries ?? []).filter { $0.kind == .file && $0.size > 0 }
            .sorted { $0.payloadOffset < $1.payloadOffset }
        starts = files.map(\.payloadOffset)
        ends = files.map { $0.payloadOffset + $0.size }
        paths = files.map(\.path)
    }

    /// The files that have bytes in `range`, in the order of their bytes.
    func paths(in range: Range<UInt64>) -> ArraySlice<LayerPath> {
        var (low, high) = (0, ends.count)
        while low < high {
            let middle = (low + high) / 2
            if ends[middle] > range.lowerBound { high = middle } else { low = middle + 1 }
        }
        var end = low
        while end < starts.count, starts[end] < range.upperBound { end += 1 }
        return paths[low..<end]
    }
}
