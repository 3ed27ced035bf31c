/// Chooses which records of a build cache go, so that it has no more than so many bytes.
///
/// Those that were used least recently go first, of those that were used at the same time the ones made first; never one that is
/// an input of one that stays, unless that has another way which was used as recently as itself.
struct BuildCacheTrimming {
    private let graph: BuildCacheGraph
    private let used: [UInt64]
    private(set) var isKept: [Bool]
    /// The records that a record is an input of and that it must outlast, once for each way.
    private var blockers: [[Int]]
    private var blockerCounts: [Int]
    /// On how many ways of records that stay a record is reached.
    private var inputCounts: [Int]
    private var layerUses: [Int]
    private var blobUses: [String: Int] = [:]
    private let descriptorBytes: (String) -> Int
    /// The most digits of an index.
    private let numberBytes: Int
    private(set) var configBytes = 30
    private(set) var descriptorsBytes = 0

    init(_ graph: BuildCacheGraph, descriptorBytes: @escaping (String) -> Int) {
        self.graph = graph
        self.descriptorBytes = descriptorBytes
        numberBytes = String(max(graph.records.count, graph.layers.count)).utf8.count
        let used = Self.outlasting(graph)
        self.used = used
        isKept = Array(repeating: true, count: graph.records.count)
        blockers = Array(repeating: [], count: graph.records.count)
        blockerCounts = Array(repeating: 0, count: graph.records.count)
        inputCounts = Array(repeating: 0, count: graph.records.count)
        layerUses = Array(repeating: 0, count: graph.layers.count)
        for way in graph.records.lazy.flatMap({ $0.inputs.joined() }) { inputCounts[way.record] += 1 }
        configBytes += endBytes + inputCounts.count { $0 == 0 } * endWayBytes
        for (index, record) in graph.records.enumerated() {
            configBytes += byteCount(of: record)
            for way in record.inputs.joined() where used[index] <= used[way.record] {
                blockers[index].append(way.record)
                blockerCounts[way.record] += 1
            }
            for layer in record.results.flatMap(\.layers) { layerUses[layer] += 1 }
        }
        for layer in graph.layers {
            if let parent = layer.parent { layerUses[parent] += 1 }
            configBytes += byteCount(of: layer)
            blobUses[layer.blob, default: 0] += 1
        }
        for blob in blobUses.keys { descriptorsBytes += descriptorBytes(blob) }
    }

    /// When the records were used, so that each input of each has a way that was used no earlier.
    private static func outlasting(_ graph: BuildCacheGraph) -> [UInt64] {
        var used = graph.records.map(\.used)
        for index in graph.records.indices.reversed() {
            for ways in graph.records[index].inputs {
                guard let latest = ways.max(by: { used[$0.record] < used[$1.record] }) else { continue }
                used[latest.record] = max(used[latest.record], used[index])
            }
        }
        return used
    }

    /// Drops records until what is left has at most so many bytes.
    mutating func run(configBytes configMaximum: Int, descriptorsBytes descriptorsMaximum: Int) {
        let made = graph.records.map { $0.results.map(\.seconds).max() ?? .min }
        var waiting = Heap<(UInt64, Int64, Int)> { $0 < $1 }
        for index in graph.records.indices where blockerCounts[index] == 0 {
            waiting.insert((used[index], made[index], -index))
        }
        while configBytes > configMaximum || descriptorsBytes > descriptorsMaximum, let next = waiting.removeFirst() {
            let index = -next.2
            drop(index)
            for input in blockers[index] {
                blockerCounts[input] -= 1
                if blockerCounts[input] == 0 { waiting.insert((used[input], made[input], -input)) }
            }
        }
    }

    private mutating func drop(_ index: Int) {
        let record = graph.records[index]
        isKept[index] = false
        configBytes -= byteCount(of: record) + (inputCounts[index] == 0 ? endWayBytes : 0)
        for way in record.inputs.joined() {
            inputCounts[way.record] -= 1
            if inputCounts[way.record] == 0, isKept[way.record] { configBytes += endWayBytes }
        }
        for layer in record.results.flatMap(\.layers) {
            var last: Int? = layer
            while let layer = last {
                layerUses[layer] -= 1
                guard layerUses[layer] == 0 else { break }
                let gone = graph.layers[layer]
                configBytes -= byteCount(of: gone)
                blobUses[gone.blob, default: 0] -= 1
                if blobUses[gone.blob] == 0 { descriptorsBytes -= descriptorBytes(gone.blob) }
                last = gone.parent
            }
        }
    }

    /// What is kept, without records that lead to no result any more.
    func kept() -> BuildCacheGraph {
        var isKept = isKept
        var isOfUse = graph.records.map { !$0.results.isEmpty }
        for index in graph.records.indices.reversed() where isKept[index] {
            guard isOfUse[index] else {
                isKept[index] = false
                continue
            }
            for way in graph.records[index].inputs.joined() { isOfUse[way.record] = true }
        }
        var indexes = [Int](repeating: 0, count: graph.records.count)
        var left = BuildCacheGraph(layers: graph.layers, records: [])
        for (index, record) in graph.records.enumerated() where isKept[index] {
            indexes[index] = left.records.count
            var record = record
            record.inputs = record.inputs.map { ways in
                ways.filter { isKept[$0.record] }
                    .map { .init(record: indexes[$0.record], selector: $0.selector) }
            }
            left.records.append(record)
        }
        return left.canonical()
    }
}

// How many bytes things have as JSON at most, with the commas after them.
extension BuildCacheTrimming {
    /// Of the record below all others (``BuildCacheGraph/end``), and of each way to one of them.
    private var endBytes: Int {
        #"{"digest":,"inputs":[[]]},"#.utf8.count + Self.byteCount(of: BuildCacheGraph.endDigest)
    }
    private var endWayBytes: Int { #"{"link":},"#.utf8.count + numberBytes }

    private func byteCount(of record: BuildCacheGraph.Record) -> Int {
        var count = #"{"digest":},"#.utf8.count + Self.byteCount(of: record.digest)
        count += record.inputs.isEmpty ? 0 : #""inputs":[],"#.utf8.count
        for ways in record.inputs {
            count += "[],".utf8.count
            for way in ways {
                count += #"{"link":},"#.utf8.count + numberBytes
                if !way.selector.isEmpty { count += #""selector":,"#.utf8.count + Self.byteCount(of: way.selector) }
            }
        }
        count += record.results.contains(where: \.isChain) ? #""chains":[],"#.utf8.count : 0
        count += record.results.contains { !$0.isChain } ? #""layers":[],"#.utf8.count : 0
        for result in record.results {
            count += #"{"createdAt":,"layers":[]},"#.utf8.count + Self.byteCount(of: result.createdAt)
            count += result.layers.count * (numberBytes + 1)
        }
        return count
    }

    private func byteCount(of layer: BuildCacheGraph.Layer) -> Int {
        var count = #"{"blob":,"parent":},"#.utf8.count + Self.byteCount(of: layer.blob) + max(2, numberBytes)
        if let notes = layer.annotations {
            let texts = [notes.mediaType, notes.diffID, notes.createdAt]
            count += #""annotations":{"createdAt":,"diffID":,"mediaType":,"size":},"#.utf8.count + 20
            count += texts.reduce(0) { $0 + Self.byteCount(of: $1 ?? "") }
        }
        return count
    }

    private static func byteCount(of text: String) -> Int {
        text.utf8.reduce(2) { count, byte in
            switch byte {
            case 0..<0x20, 0x7f: count + 6
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): count + 2
            default: count + 1
            }
        }
    }
}

/// A binary heap.
private struct Heap<Element> {
    private var elements: [Element] = []
    private let precedes: (Element, Element) -> Bool

    init(_ precedes: @escaping (Element, Element) -> Bool) {
        self.precedes = precedes
    }

    mutating func insert(_ element: Element) {
        elements.append(element)
        var index = elements.count - 1
        while index > 0, precedes(elements[index], elements[(index - 1) / 2]) {
            elements.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    mutating func removeFirst() -> Element? {
        guard let first = elements.first, let last = elements.popLast() else { return nil }
        guard !elements.isEmpty else { return first }
        elements[0] = last
        var index = 0
        while true {
            let children = [2 * index + 1, 2 * index + 2].filter { $0 < elements.count }
            guard let child = children.min(by: { precedes(elements[$0], elements[$1]) }),
                precedes(elements[child], elements[index])
            else { return first }
            elements.swapAt(index, child)
            index = child
        }
    }
}
