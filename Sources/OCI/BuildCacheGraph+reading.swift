extension BuildCacheGraph {
    private static let recordsMaximum = 50_000
    private static let layersMaximum = 50_000
    private static let linksMaximum = 500_000

    /// Checks what a client wrote as strictly as BuildKit reads it, since others will read it together with theirs.
    /// - Parameters:
    ///   - blobs: what the manifest names; results of other layers are left out, as BuildKit leaves them out.
    ///   - used: when its records were used.
    /// - Throws: `invalidDocument`.
    init(_ config: BuildCacheConfig, blobs: Set<String>, used: UInt64) throws(OCIError) {
        let (layers, records) = (config.layers ?? [], Self.withoutEnd(config.records ?? []))
        guard layers.count <= Self.layersMaximum, records.count <= Self.recordsMaximum else {
            throw Self.invalid("it has \(layers.count) layers and \(records.count) records, which is too many")
        }
        var graph = BuildCacheGraph()
        let places = try graph.read(layers, blobs)
        try graph.read(records, places, used)
        self = try Self.union(of: [graph])
    }

    /// Takes over `layers`. The new index of each; `nil` for one that cannot be had.
    private mutating func read(
        _ layers: [BuildCacheConfig.Layer], _ blobs: Set<String>
    ) throws(OCIError) -> [Int?] {
        for layer in layers {
            guard (-1..<layers.count).contains(layer.parent) else {
                throw Self.invalid("a layer has the parent \(layer.parent), which is not there")
            }
            if let text = layer.annotations?.createdAt { try Self.check(text) }
        }
        let order = Self.ordered(layers.count) { layers[$0].parent == -1 ? [] : [layers[$0].parent] }
        guard order.count == layers.count else { throw Self.invalid("a layer is below itself") }
        var places = [Int?](repeating: nil, count: layers.count)
        for index in order {
            let layer = layers[index]
            let parent = layer.parent == -1 ? nil : places[layer.parent]
            guard blobs.contains(layer.blob), layer.parent == -1 || parent != nil else { continue }
            places[index] = self.layers.count
            self.layers.append(Layer(blob: layer.blob, parent: parent, annotations: layer.annotations))
        }
        return places
    }

    /// Takes over `records`, whose layers are at `places` now.
    private mutating func read(
        _ records: [BuildCacheConfig.Record], _ places: [Int?], _ used: UInt64
    ) throws(OCIError) {
        var links = 0
        for record in records {
            var inputs: [[Link]] = []
            for ways in record.inputs ?? [] {
                guard let ways, !ways.isEmpty else { throw Self.invalid("an input of a record is empty") }
                guard ways.allSatisfy({ records.indices.contains($0.link) }) else {
                    throw Self.invalid("an input of a record is a record that is not there")
                }
                links += ways.count
                inputs.append(ways.map { Link(record: $0.link, selector: $0.selector ?? "") })
            }
            guard links <= Self.linksMaximum else { throw Self.invalid("it has more than \(links) links") }
            self.records.append(
                Record(
                    digest: record.digest ?? "", inputs: inputs, results: try Self.results(of: record, places),
                    used: used))
        }
        let order = Self.ordered(records.count) { self.records[$0].inputs.flatMap { $0.map(\.record) } }
        guard order.count == records.count else { throw Self.invalid("a record is its own input") }
    }

    private static func results(of record: BuildCacheConfig.Record, _ places: [Int?]) throws(OCIError) -> [Result] {
        var results: [Result] = []
        let all =
            (record.layers ?? []).map { ([$0.layer], false, $0.createdAt) }
            + (record.chains ?? []).map { ($0.layers, true, $0.createdAt) }
        for (layers, isChain, time) in all {
            guard layers.allSatisfy({ places.indices.contains($0) }) else {
                throw invalid("a result is a layer that is not there")
            }
            let createdAt = time ?? "0001-01-01T00:00:00Z"
            try check(createdAt)
            let here = layers.compactMap { places[$0] }
            guard here.count == layers.count else { continue }
            results.append(Result(layers: here, isChain: isChain, createdAt: createdAt))
        }
        return results
    }

    /// Makes sure that Go takes `time`, too.
    private static func check(_ time: String) throws(OCIError) {
        let local = time.prefix(19) + "Z"
        guard time.utf8.count <= 40, Timestamp.seconds(time) != nil, time.utf8.last != UInt8(ascii: "z"),
            let seconds = Timestamp.seconds(String(local)), Timestamp.text(seconds: seconds) == local
        else { throw invalid("a time is not valid") }
    }

    static func invalid(_ reason: String) -> OCIError {
        OCIError(.invalidDocument, "the configuration of the build cache cannot be used: \(reason)")
    }
}
