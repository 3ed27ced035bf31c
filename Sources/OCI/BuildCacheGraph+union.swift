extension BuildCacheGraph {
    /// All records of `graphs`, which are the oldest first. One that several have has the results of the newest that has any,
    /// and was used when it was used last.
    /// - Throws: `invalidDocument` when they are too entangled.
    static func union(of graphs: [BuildCacheGraph]) throws(OCIError) -> BuildCacheGraph {
        var (union, isFinal) = try combined(graphs)
        // Of those that were kept apart some may be the same after all, now that others are one.
        while !isFinal {
            let (again, _) = try combined([union])
            isFinal = again.records.count == union.records.count
            union = again
        }
        return union
    }

    /// The union, and whether it is that of itself, too.
    private static func combined(
        _ graphs: [BuildCacheGraph]
    ) throws(OCIError) -> (union: BuildCacheGraph, isFinal: Bool) {
        var matching = BuildCacheMatching(graphs)
        let representatives = try matching.representatives()
        var union = BuildCacheGraph()
        // Where the record that stands for some is in the union.
        var indexes: [Int: Int] = [:]
        for representative in representatives where indexes[representative] == nil {
            indexes[representative] = indexes.count
        }
        let places = representatives.compactMap { indexes[$0] }
        var merged = [Record?](repeating: nil, count: indexes.count)
        var layerIndexes: [Layer: Int] = [:]
        var first = 0
        for graph in graphs {
            let layers = union.add(graph.layers, &layerIndexes)
            // Whose results are those of this graph already.
            var seen: Set<Int> = []
            for (index, record) in graph.records.enumerated() {
                let place = places[first + index]
                var moved = record
                moved.inputs = record.inputs.map { ways in
                    ways.map { Link(record: places[first + $0.record], selector: $0.selector) }
                }
                for result in moved.results.indices {
                    moved.results[result].layers = moved.results[result].layers.map { layers[$0] }
                }
                let isFirst = moved.results.isEmpty ? false : seen.insert(place).inserted
                merged[place] = merged[place]?.merged(with: moved, replacingResults: isFirst) ?? moved
            }
            first += graph.records.count
        }
        union.records = merged.compactMap { $0 }
        return (union.canonical(), !matching.hasLoops)
    }

    /// Adds those of `added` that are not there. Where each is.
    private mutating func add(_ added: [Layer], _ indexes: inout [Layer: Int]) -> [Int] {
        var places: [Int] = []
        for layer in added {
            let key = Layer(blob: layer.blob, parent: layer.parent.map { places[$0] }, annotations: nil)
            if let index = indexes[key] {
                if layer.annotations != nil { layers[index].annotations = layer.annotations }
                places.append(index)
            } else {
                indexes[key] = layers.count
                places.append(layers.count)
                layers.append(Layer(blob: key.blob, parent: key.parent, annotations: layer.annotations))
            }
        }
        return places
    }

    /// The same in the order that all graphs with the same content have, without layers that no record names.
    func canonical() -> BuildCacheGraph {
        var graph = BuildCacheGraph()
        let places = sortedLayers(&graph)
        var levels: [[Int]] = []
        var depths = [Int](repeating: 0, count: records.count)
        for index in Self.ordered(records.count, needs: { records[$0].inputs.flatMap { $0.map(\.record) } }) {
            let depth = records[index].inputs.joined().map { depths[$0.record] + 1 }.max() ?? 0
            depths[index] = depth
            if depth == levels.count { levels.append([]) }
            levels[depth].append(index)
        }
        var indexes = [Int](repeating: 0, count: records.count)
        for level in levels {
            let sorted = level.map { ($0, records[$0].moved(records: indexes, layers: places)) }
                .sorted { $0.1.precedes($1.1) }
            for (old, record) in sorted {
                indexes[old] = graph.records.count
                graph.records.append(record)
            }
        }
        return graph
    }

    /// Gives `graph` the layers that records name and those below. Where each is.
    private func sortedLayers(_ graph: inout BuildCacheGraph) -> [Int] {
        var isNamed = [Bool](repeating: false, count: layers.count)
        for record in records { for layer in record.results.flatMap(\.layers) { isNamed[layer] = true } }
        var levels: [[Int]] = []
        var depths = [Int](repeating: 0, count: layers.count)
        for index in layers.indices.reversed() where isNamed[index] {
            if let parent = layers[index].parent { isNamed[parent] = true }
        }
        for index in layers.indices where isNamed[index] {
            depths[index] = layers[index].parent.map { depths[$0] + 1 } ?? 0
            if depths[index] == levels.count { levels.append([]) }
            levels[depths[index]].append(index)
        }
        var places = [Int](repeating: 0, count: layers.count)
        for level in levels {
            let moved = level.map { ($0, layers[$0], layers[$0].parent.map { places[$0] }) }
            for (old, layer, parent) in moved.sorted(by: { ($0.1.blob, $0.2 ?? -1) < ($1.1.blob, $1.2 ?? -1) }) {
                places[old] = graph.layers.count
                graph.layers.append(Layer(blob: layer.blob, parent: parent, annotations: layer.annotations))
            }
        }
        return places
    }
}

extension BuildCacheGraph.Record {
    fileprivate func merged(with newer: Self, replacingResults: Bool) -> Self {
        var record = self
        for input in inputs.indices { record.inputs[input] += newer.inputs[input] }
        record.results = replacingResults ? newer.results : results + newer.results
        record.used = max(used, newer.used)
        return record
    }

    fileprivate func moved(records: [Int], layers: [Int]) -> Self {
        var record = self
        record.inputs = inputs.map { ways in
            Set(ways.map { BuildCacheGraph.Link(record: records[$0.record], selector: $0.selector) }).sorted()
        }
        let moved = results.map { result in
            var result = result
            result.layers = result.layers.map { layers[$0] }
            return result
        }
        record.results = Set(moved).sorted { left, right in
            if left.seconds != right.seconds { return left.seconds > right.seconds }
            if left.createdAt != right.createdAt { return left.createdAt > right.createdAt }
            if left.isChain != right.isChain { return right.isChain }
            return left.layers.lexicographicallyPrecedes(right.layers)
        }
        return record
    }

    /// Whether it comes first of two with inputs that have their places.
    fileprivate func precedes(_ other: Self) -> Bool {
        if digest != other.digest { return digest < other.digest }
        if inputs.count != other.inputs.count { return inputs.count < other.inputs.count }
        for (left, right) in zip(inputs, other.inputs) where left != right {
            return left.lexicographicallyPrecedes(right)
        }
        return false
    }
}
