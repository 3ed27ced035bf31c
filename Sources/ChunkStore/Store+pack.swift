public import Chunking

extension Store {
    private static let predecessorsMaximum = 8

    /// Notes in which earlier layers of the project changed files of `layer` are likely to be found, the likeliest first;
    /// at most eight are kept. Only of use until the layer is packed.
    /// - Throws: `diskFull`, `poisoned`, `io`, `closed`.
    public func notePredecessors(
        _ predecessors: [Digest], of layer: Digest, in project: ProjectID
    ) throws(StoreError) {
        var value: [UInt8] = []
        for digest in predecessors.filter({ $0 != layer }).prefix(Self.predecessorsMaximum) {
            digest.append(to: &value)
        }
        guard !value.isEmpty else { return }
        let bytes = value
        try use { core throws(StoreError) in
            try core.writer.perform { batch throws(StoreError) in
                let key = RowKey.owned(layer, by: project)
                guard try batch.transaction.contains(batch.transaction.databases.blobs, key) else { return }
                try batch.transaction.put(batch.transaction.databases.predecessors, key, bytes)
            }
        }
    }

    /// Stores what came in quickly compressed once more, strongly, and as differences from earlier layers where files only
    /// changed a little. Every frame is read back before the old one is given up. Uses one core; about 100 MB
    /// of memory. What comes while it runs is left for the next time.
    /// - Parameter shouldStop: asked before each frame.
    /// - Throws: `diskFull`, `poisoned`, `io`, `closed`.
    public func pack(
        _ settings: PackSettings = PackSettings(), shouldStop: @escaping () -> Bool = { false }
    ) throws(StoreError) -> PackReport {
        try use { core throws(StoreError) in
            try core.upkeep.exclusively { () throws(StoreError) in
                var report = PackReport()
                var packing = Packing(core: core, settings: settings, shouldStop: shouldStop)
                try packing.run(&report)
                if report.isComplete { try packing.rewrite(&report) }
                core.upkeep.note(\.packed)
                return report
            }
        }
    }
}
