import ChunkStore

/// What maintenance did.
struct MaintenanceReport: Codable, Sendable, Hashable {
    var collected = CollectionReport()
    var packed = PackReport()
    var tags = TagUpkeep.Report()

    init() {}

    /// Does all background work of `store` to the end: evicts and collects, packs, and compacts what that left.
    init(
        completing store: Store, settings: Settings, telling webhooks: Webhooks? = nil,
        shouldStop: @escaping () -> Bool
    ) throws {
        let removals = Removals(of: store, telling: webhooks)
        defer { removals.flush() }
        let policy = settings.collectionPolicy(telling: removals.byPolicy)
        tags = try settings.tagUpkeep(of: store, telling: removals.byRule, shouldStop: shouldStop).run()
        collected = try store.collect(policy, shouldStop: shouldStop)
        packed = try store.pack(settings.packSettings, shouldStop: shouldStop)
        collected += try store.collect(policy, shouldStop: shouldStop)
    }

    /// What tells of what goes.
    struct Removals: Sendable {
        let byRule: RemovalEvents?
        let byPolicy: RemovalEvents?

        init(of store: Store, telling webhooks: Webhooks?) {
            byRule = RemovalEvents(.retention, of: store, telling: webhooks)
            byPolicy = RemovalEvents(.policy, of: store, telling: webhooks)
        }

        func flush() {
            byRule?.flush()
            byPolicy?.flush()
        }
    }

    /// As lines for people.
    var table: String {
        let rows = [
            ("tags gone by rule", "\(tags.tags)"),
            ("evicted records", "\(collected.evictedRecords)"),
            ("removed blobs", "\(collected.removedBlobs)"),
            ("removed chunks", "\(collected.removedChunks)"),
            ("packed", "\(ByteCount.describe(packed.rawBytes)) into \(ByteCount.describe(packed.frameBytes))"),
            ("frames", "\(packed.frames), of which \(packed.deltaFrames) are differences"),
            ("removed chunk files", "\(collected.removedFiles)"),
            ("freed", ByteCount.describe(collected.freedBytes)),
            ("moved", ByteCount.describe(collected.movedBytes)),
        ]
        return rows.aligned
    }
}

extension [(String, String)] {
    /// One row a line, the second column aligned.
    var aligned: String {
        let width = map(\.0.count).max() ?? 0
        return map { $0.0 + String(repeating: " ", count: width + 2 - $0.0.count) + $0.1 }.joined(separator: "\n")
    }
}
