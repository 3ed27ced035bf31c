/// Finds which records of several graphs are the same.
///
/// As BuildKit has it (`CacheChains.Add`): records are the same when their digests are and each of their inputs has a way in
/// common, since any one way is enough to find the result. That is applied until nothing changes, so what is found does not
/// depend on the order. Records that would come to be their own inputs by that are the same only if all their ways are.
struct BuildCacheMatching {
    private static let stepsMaximum = 20_000_000
    private static let passesMaximum = 100
    private static let roundsMaximum = 4

    private struct Way: Hashable {
        let source: Int
        let selector: Int
    }

    private struct Node {
        let digest: Int
        let inputs: [[Way]]
    }

    /// A way to an input of records with a digest.
    private struct Place: Hashable {
        let digest: Int
        let inputs: Int
        let input: Int
        let way: Way
    }

    /// All that a record is.
    private struct Identity: Hashable {
        let digest: Int
        let inputs: [Set<Way>]
    }

    private var nodes: [Node] = []
    /// Another node that is the same, for all but one of those that are.
    private var same: [Int]
    private var isStrict: [Bool]
    private var steps = 0

    /// The records of `graphs`, one graph after the other.
    init(_ graphs: [BuildCacheGraph]) {
        var numbers: [String: Int] = [:]
        func number(_ text: String) -> Int {
            if let known = numbers[text] { return known }
            numbers[text] = numbers.count
            return numbers.count - 1
        }
        for graph in graphs {
            let first = nodes.count
            for record in graph.records {
                let inputs = record.inputs.map { ways in
                    ways.map { Way(source: first + $0.record, selector: number($0.selector)) }
                }
                nodes.append(Node(digest: number(record.digest), inputs: inputs))
            }
        }
        same = []
        isStrict = Array(repeating: false, count: nodes.count)
    }

    /// Whether some were kept apart that would have been their own inputs.
    var hasLoops: Bool { isStrict.contains(true) }

    /// For each record one that stands for all that are the same.
    /// - Throws: `invalidDocument` when it takes too long.
    mutating func representatives() throws(OCIError) -> [Int] {
        for round in 1...Self.roundsMaximum {
            same = Array(nodes.indices)
            var passes = 0
            while try unite() {
                passes += 1
                guard passes <= Self.passesMaximum else { throw Self.tooHard }
            }
            let found = nodes.indices.map { find($0) }
            let looping = Self.looping(nodes.indices.map { node in nodes[node].inputs.joined().map(\.source) }, found)
            if looping.isEmpty { return found }
            for node in nodes.indices where round + 1 >= Self.roundsMaximum || looping.contains(found[node]) {
                isStrict[node] = true
            }
        }
        throw Self.tooHard
    }

    private static var tooHard: OCIError { BuildCacheGraph.invalid("its records are too entangled") }

    private mutating func find(_ node: Int) -> Int {
        var node = node
        while same[node] != node {
            same[node] = same[same[node]]
            node = same[node]
        }
        return node
    }

    private mutating func unite(_ one: Int, _ other: Int) -> Bool {
        let (one, other) = (find(one), find(other))
        guard one != other else { return false }
        same[max(one, other)] = min(one, other)
        return true
    }

    /// Goes through all records once. Whether some turned out to be the same.
    private mutating func unite() throws(OCIError) -> Bool {
        var roots: [Int: Int] = [:]
        var places: [Place: Set<Int>] = [:]
        var identities: [Identity: Int] = [:]
        var isChanged = false
        for group in groups() {
            let (node, digest, inputs) = (group.node, nodes[group.node].digest, group.inputs)
            if inputs.isEmpty {
                if let root = roots[digest] { isChanged = unite(root, node) || isChanged }
                roots[digest] = node
            } else if isStrict[node] {
                let identity = Identity(digest: digest, inputs: inputs)
                if let known = identities[identity] { isChanged = unite(known, node) || isChanged }
                identities[identity] = node
            } else {
                let ways = inputs.enumerated().map { input, ways in
                    ways.map { Place(digest: digest, inputs: inputs.count, input: input, way: $0) }
                }
                for match in try matches(ways, places) { isChanged = unite(match, node) || isChanged }
                for place in ways.joined() { places[place, default: []].insert(node) }
            }
        }
        return isChanged
    }

    /// What is known to be the same, as one, in order; each with the ways of all of it, since one input may be found on a
    /// way of this record and another input on a way of that.
    private mutating func groups() -> [(node: Int, inputs: [Set<Way>])] {
        var groups: [(node: Int, inputs: [Set<Way>])] = []
        var indexes: [Int: Int] = [:]
        for node in nodes.indices {
            let inputs = nodes[node].inputs.map { ways in
                Set(ways.map { Way(source: find($0.source), selector: $0.selector) })
            }
            let root = find(node)
            if let index = indexes[root] {
                for input in inputs.indices { groups[index].inputs[input].formUnion(inputs[input]) }
            } else {
                indexes[root] = groups.count
                groups.append((root, inputs))
            }
        }
        return groups
    }

    /// The records that have, for each input, one of its `ways`.
    private mutating func matches(_ ways: [[Place]], _ places: [Place: Set<Int>]) throws(OCIError) -> Set<Int> {
        let counts = ways.map { $0.reduce(0) { $0 + (places[$1]?.count ?? 0) } }
        guard let fewest = counts.indices.min(by: { counts[$0] < counts[$1] }) else { return [] }
        steps += counts[fewest] * ways.joined().count
        guard steps <= Self.stepsMaximum else { throw Self.tooHard }
        var candidates: Set<Int> = []
        for way in ways[fewest] { candidates.formUnion(places[way] ?? []) }
        return candidates.filter { candidate in
            ways.allSatisfy { $0.contains { places[$0]?.contains(candidate) == true } }
        }
    }

    /// The representatives on or between loops.
    private static func looping(_ sources: [[Int]], _ found: [Int]) -> Set<Int> {
        var needs = [[Int]](repeating: [], count: sources.count)
        for (node, sources) in sources.enumerated() { needs[found[node]] += sources.map { found[$0] } }
        let free = Set(BuildCacheGraph.ordered(needs.count) { needs[$0] })
        guard free.count < needs.count else { return [] }
        var needed = [[Int]](repeating: [], count: needs.count)
        for node in needs.indices where !free.contains(node) {
            for need in needs[node] where !free.contains(need) { needed[need].append(node) }
        }
        let ends = Set(BuildCacheGraph.ordered(needs.count) { needed[$0] })
        return Set(needs.indices.filter { !free.contains($0) && !ends.contains($0) })
    }
}
