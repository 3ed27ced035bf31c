/// Where each chunk of a recipe ends in its stream and each extent begins: running sums, so that a position is
/// found by bisection. Sums wrap instead of trapping, since a recipe made by hand need not be consistent.
struct RecipeMap: Sendable {
    /// Bytes of one stream that follow each other in the blob too.
    struct Run: Sendable {
        let stream: Recipe.Stream
        /// Where the run begins in what is being read (the blob, or one file).
        let start: UInt64
        /// Where it begins in its stream.
        let streamStart: UInt64
        let length: UInt64
    }

    let headerEnds: [UInt64]
    let payloadEnds: [UInt64]
    let runs: [Run]

    init(headers: [ChunkReference], payload: [ChunkReference], extents: [Recipe.Extent]) {
        headerEnds = headers.ends
        payloadEnds = payload.ends
        var positions: (blob: UInt64, headers: UInt64, payload: UInt64) = (0, 0, 0)
        runs = extents.map { extent in
            let streamStart = extent.stream == .headers ? positions.headers : positions.payload
            let run = Run(
                stream: extent.stream, start: positions.blob, streamStart: streamStart, length: extent.length)
            positions.blob &+= extent.length
            switch extent.stream {
            case .headers: positions.headers &+= extent.length
            case .payload: positions.payload &+= extent.length
            }
            return run
        }
    }

    func ends(of stream: Recipe.Stream) -> [UInt64] {
        stream == .headers ? headerEnds : payloadEnds
    }
}

extension Array<ChunkReference> {
    /// Where each chunk ends in the stream that they are. The sums wrap. O(n).
    package var ends: [UInt64] {
        var end: UInt64 = 0
        return map { chunk in
            end &+= UInt64(chunk.length)
            return end
        }
    }
}

extension Array {
    /// The index of the first element for which `holds` is true, when it is true for all after it too. O(log n).
    package func firstIndexBisecting(_ holds: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = low + (high - low) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
