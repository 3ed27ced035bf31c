/// What caches hold: layers by what names them, as wholes or as the distinct contents of files, and which were not used for
/// longest.
struct LayerShelf<Name: Hashable & Sendable>: Sendable {
    private struct Item {
        var bytes: UInt64
        var contents: [TraceID: UInt64]
        var lastUse: Int
    }

    /// The most bytes to hold; `nil` for any number.
    let quota: UInt64?
    private(set) var storedBytes: UInt64 = 0
    private var items: [Name: Item] = [:]
    private var uses: [TraceID: Int] = [:]
    private var clock = 0

    init(quota: UInt64? = nil) {
        self.quota = quota
    }

    func contains(_ name: Name) -> Bool { items[name] != nil }

    /// Notes that something was used.
    mutating func touch(_ name: Name) {
        clock += 1
        items[name]?.lastUse = clock
    }

    /// Puts a layer there, in the place of what had the name.
    /// - Parameters:
    ///   - bytes: of what cannot be shared with anything.
    ///   - contents: files that are held once.
    /// - Returns: the bytes that are new.
    @discardableResult
    mutating func put(_ name: Name, bytes: UInt64, contents: [TraceID: UInt64] = [:]) -> UInt64 {
        remove(name)
        let before = storedBytes
        clock += 1
        items[name] = Item(bytes: bytes, contents: contents, lastUse: clock)
        storedBytes += bytes
        for (content, size) in contents {
            if uses[content] == nil { storedBytes += size }
            uses[content, default: 0] += 1
        }
        return storedBytes - before
    }

    mutating func remove(_ name: Name) {
        guard let item = items.removeValue(forKey: name) else { return }
        storedBytes -= item.bytes
        for (content, size) in item.contents {
            guard let count = uses[content] else { continue }
            uses[content] = count > 1 ? count - 1 : nil
            if count == 1 { storedBytes -= size }
        }
    }

    /// Keeps to the quota: what was not used for longest goes first. Called when a job is over.
    mutating func evict() {
        guard let quota, storedBytes > quota else { return }
        for (name, _) in items.sorted(by: { $0.value.lastUse < $1.value.lastUse }) {
            if storedBytes <= quota { return }
            remove(name)
        }
    }
}
