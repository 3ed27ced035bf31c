/// Finds what somebody meant who mistyped a name.
public enum NearestName {
    /// That of `names` that is most like `name`; `nil` when none is much like it.
    public static func of(_ name: String, among names: [String]) -> String? {
        let best = names.map { (name: $0, distance: distance(name.lowercased(), $0.lowercased())) }
            .min { $0.distance < $1.distance }
        // Two letters that changed places are two changes.
        guard let best, best.distance <= (best.name.count < 5 ? 1 : max(2, best.name.count / 3)) else { return nil }
        return best.name
    }

    /// How many letters must be put in, left out or replaced (Levenshtein). O(a × b).
    private static func distance(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a.utf8.prefix(64)), Array(b.utf8.prefix(64)))
        var row = Array(0...b.count)
        for (i, byte) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                let cost = byte == other ? diagonal : min(diagonal, row[j], row[j + 1]) + 1
                diagonal = row[j + 1]
                row[j + 1] = cost
            }
        }
        return row[b.count]
    }
}
