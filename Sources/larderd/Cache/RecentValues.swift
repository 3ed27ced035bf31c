/// A bounded dictionary that forgets what was not used lately.
///
/// Two generations: what is used moves to the young one; when that is full it becomes the old one, and the old one
/// before it is forgotten. O(1).
struct RecentValues<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let generationSize: Int
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    /// Keeps at most `limit` values, at least half of them the last used ones.
    init(limit: Int) {
        generationSize = max(1, limit / 2)
    }

    /// How many values are kept.
    var count: Int { young.count + old.count }

    /// The value under `key`, which counts as used now.
    subscript(key: Key) -> Value? {
        mutating get {
            if let value = young[key] { return value }
            guard let value = old.removeValue(forKey: key) else { return nil }
            insert(value, for: key)
            return value
        }
        set {
            old[key] = nil
            if let newValue { insert(newValue, for: key) } else { young[key] = nil }
        }
    }

    private mutating func insert(_ value: Value, for key: Key) {
        if young.count >= generationSize, young[key] == nil {
            old = young
            young = [:]
        }
        young[key] = value
    }
}
