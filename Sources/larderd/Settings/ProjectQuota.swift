import CacheAPI

/// The most deduplicated bytes that projects may have.
struct ProjectQuota: Hashable, Sendable {
    /// For every project that is not named.
    var all: UInt64?
    /// For single projects, by name.
    var named: [String: UInt64] = [:]

    init() {}

    /// Reads `20GiB`, `shop=50GiB,bank=10GiB`, or both with commas between them; `nil` for anything else.
    init?(_ text: String) {
        for part in text.split(separator: ",") {
            let sides = part.filter { $0 != " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let last = sides.last, let bytes = ByteCount.parse(String(last)) else { return nil }
            if sides.count == 1 {
                all = bytes
            } else if ProjectName(String(sides[0])) != nil {
                named[String(sides[0])] = bytes
            } else {
                return nil
            }
        }
    }
}
