extension Store {
    /// Evicts what `policy` says, removes what nothing refers to and no lease holds, and compacts chunk files. Serving
    /// goes on meanwhile; one collection runs at a time, others wait. O(what is to be collected), plus a look at the
    /// records that were not used for the longest time.
    /// - Parameter shouldStop: asked between small steps; when it says so, what was done so far stays done.
    /// - Throws: `diskFull`, `poisoned`, `io`, `closed`.
    public func collect(
        _ policy: CollectionPolicy = CollectionPolicy(), shouldStop: @escaping () -> Bool = { false }
    ) throws(StoreError) -> CollectionReport {
        try use { core throws(StoreError) in
            try core.upkeep.exclusively { () throws(StoreError) in
                var report = CollectionReport()
                try Eviction(core: core, policy: policy, shouldStop: shouldStop).run(&report)
                try Sweep(core: core, shouldStop: shouldStop).run(&report)
                try Compaction(core: core, policy: policy, shouldStop: shouldStop).run(&report)
                core.upkeep.note(\.collected)
                if report.removedFiles > 0 { core.upkeep.note(\.compacted) }
                return report
            }
        }
    }
}
