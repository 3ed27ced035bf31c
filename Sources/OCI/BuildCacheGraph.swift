/// The records of a cache of BuildKit, checked, each once, and always in the same order.
///
/// Layers come after the layer below them, records after their inputs.
struct BuildCacheGraph: Hashable, Sendable {
    struct Layer: Hashable, Sendable {
        let blob: String
        /// The layer below.
        let parent: Int?
        var annotations: BuildCacheConfig.LayerAnnotations?
    }

    /// One way to an input.
    struct Link: Hashable, Sendable, Comparable {
        let record: Int
        let selector: String

        static func < (left: Link, right: Link) -> Bool {
            (left.record, left.selector) < (right.record, right.selector)
        }
    }

    struct Result: Hashable, Sendable {
        /// One layer, which stands for those below, too; or all of them.
        var layers: [Int]
        let isChain: Bool
        let createdAt: String

        /// When it was made. Seconds since 1970.
        var seconds: Int64 { Timestamp.seconds(createdAt) ?? .min }
    }

    struct Record: Hashable, Sendable {
        let digest: String
        /// For each input the ways to it, in order.
        var inputs: [[Link]]
        /// Newest first.
        var results: [Result]
        /// When a writer had it last, in counts of the caller.
        var used: UInt64
    }

    var layers: [Layer] = []
    var records: [Record] = []
}

extension BuildCacheGraph {
    /// As it is written.
    var config: BuildCacheConfig {
        BuildCacheConfig(
            layers: layers.map { .init(blob: $0.blob, parent: $0.parent ?? -1, annotations: $0.annotations) },
            records: records.map { record in
                let single = record.results.filter { !$0.isChain }
                let chains = record.results.filter(\.isChain)
                return BuildCacheConfig.Record(
                    digest: record.digest,
                    layers: single.isEmpty
                        ? nil : single.map { .init(layer: $0.layers[0], createdAt: $0.createdAt) },
                    chains: chains.isEmpty
                        ? nil : chains.map { .init(layers: $0.layers, createdAt: $0.createdAt) },
                    inputs: record.inputs.isEmpty ? nil : record.inputs.map { $0.map(Self.input) })
            } + (end.map { [$0] } ?? []))
    }

    private static func input(_ link: Link) -> BuildCacheConfig.Input {
        .init(selector: link.selector.isEmpty ? nil : link.selector, link: link.record)
    }

    /// The indexes of `count` things in an order in which each comes after what it needs; those that need each other are
    /// left out. O(needs).
    static func ordered(_ count: Int, needs: (Int) -> [Int]) -> [Int] {
        var waiting = [Int](repeating: 0, count: count)
        var needed = [[Int]](repeating: [], count: count)
        for index in 0..<count {
            for need in needs(index) {
                waiting[index] += 1
                needed[need].append(index)
            }
        }
        var order = (0..<count).filter { waiting[$0] == 0 }
        var next = 0
        while next < order.count {
            for index in needed[order[next]] {
                waiting[index] -= 1
                if waiting[index] == 0 { order.append(index) }
            }
            next += 1
        }
        return order
    }
}
