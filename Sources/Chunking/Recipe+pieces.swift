extension Recipe {
    /// A part of one chunk: what comes next when a blob or a file of it is read.
    public struct Piece: Hashable, Sendable {
        /// The stream the chunk belongs to.
        public let stream: Stream
        /// The chunk's place in ``Recipe/chunks(of:)``.
        public let index: Int
        /// The chunk.
        public let chunk: ChunkReference
        /// Where the piece begins in the chunk. Bytes.
        public let offset: Int
        /// How many bytes, at least 1.
        public let length: Int
    }

    /// The pieces that `range` of the blob is put together from, in order; what lies past the end is left out.
    /// Made one at a time: O(log n) for the first, O(1) for each after it.
    public func pieces(in range: Range<UInt64>) -> Pieces {
        Pieces(recipe: self, runs: map.runs, range: range)
    }

    /// The pieces that the whole blob is put together from.
    public func pieces() -> Pieces {
        pieces(in: 0..<size)
    }

    /// The pieces of `length` bytes of the payload stream from `offset` on, which is how one file is read
    /// (``Entry/payloadOffset``, ``Entry/size``); what lies past the end is left out. Costs as ``pieces(in:)``.
    public func payloadPieces(offset: UInt64, length: UInt64) -> Pieces {
        let all = byteCount(of: .payload)
        let start = min(offset, all)
        let count = min(length, all - start)
        let run = RecipeMap.Run(stream: .payload, start: 0, streamStart: start, length: count)
        return Pieces(recipe: self, runs: [run], range: 0..<count)
    }

    /// A lazy sequence of pieces; see ``Recipe/pieces(in:)``.
    public struct Pieces: Sequence, Sendable {
        let recipe: Recipe
        let runs: [RecipeMap.Run]
        let range: Range<UInt64>

        /// Begins at the first piece.
        public func makeIterator() -> Iterator {
            Iterator(recipe: recipe, runs: runs, range: range)
        }

        /// Makes the pieces one at a time.
        public struct Iterator: IteratorProtocol, Sendable {
            private let recipe: Recipe
            private let runs: [RecipeMap.Run]
            private let end: UInt64
            private var position: UInt64
            private var run: Int
            private var headerIndex: Int?
            private var payloadIndex: Int?

            init(recipe: Recipe, runs: [RecipeMap.Run], range: Range<UInt64>) {
                self.recipe = recipe
                self.runs = runs
                position = range.lowerBound
                end = range.upperBound
                run = runs.firstIndexBisecting { range.lowerBound < $0.start &+ $0.length }
            }

            /// The next piece; `nil` at the end of the range or of the recipe.
            public mutating func next() -> Piece? {
                guard position < end, run < runs.count else { return nil }
                let current = runs[run]
                let streamPosition = current.streamStart &+ (position &- current.start)
                let stream = current.stream
                let ends = recipe.map.ends(of: stream)
                let index = chunkIndex(of: stream, at: streamPosition, ends)
                guard index < ends.count else { return nil }
                let chunk = recipe.chunks(of: stream)[index]
                let left = ends[index] - streamPosition
                let runEnd = current.start &+ current.length
                let length = Swift.min(left, Swift.min(runEnd, end) - position)
                position += length
                if position == runEnd { run += 1 }
                return Piece(
                    stream: stream, index: index, chunk: chunk, offset: Int(UInt64(chunk.length) - left),
                    length: Int(length))
            }

            /// Bisects the first time a stream is read, then steps.
            private mutating func chunkIndex(of stream: Stream, at position: UInt64, _ ends: [UInt64]) -> Int {
                var index =
                    (stream == .headers ? headerIndex : payloadIndex)
                    ?? ends.firstIndexBisecting { position < $0 }
                while index < ends.count, ends[index] <= position { index += 1 }
                switch stream {
                case .headers: headerIndex = index
                case .payload: payloadIndex = index
                }
                return index
            }
        }
    }
}
