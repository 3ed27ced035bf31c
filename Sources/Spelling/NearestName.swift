/// Finds what somebody probably meant who mistyped a name.
public enum NearestName {
    /// The one of `names` that is closest to `name`; `nil` when none is close enough to be worth a suggestion. Letter case
    /// does not count. O(n × m) for each, of 64 characters at the most.
    public static func of(_ name: String, among names: [String]) -> String? {
        let wanted = folded(name)
        let limit = max(1, min(wanted.count / 2, 3))
        let ranked = names.map { ($0, distance(wanted, folded($0))) }
        return ranked.filter { $0.1 <= limit }.min { $0.1 < $1.1 }?.0
    }

    private static func folded(_ name: String) -> [Unicode.Scalar] {
        Array(name.lowercased().unicodeScalars.prefix(64))
    }

    /// Levenshtein distance with swapped neighbours as one change.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let cost = left[row] == right[column] ? 0 : 1
                var best = min(last[column + 1] + 1, current[column] + 1, last[column] + cost)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
