extension Store {
    /// The index as it is now. What is looked up after this is at least as new.
    /// - Throws: `io`, `closed`.
    public var version: IndexVersion {
        get throws(StoreError) {
            try use { core throws(StoreError) in
                try core.index.read { transaction throws(StoreError) in IndexVersion(transaction: transaction.id) }
            }
        }
    }

    /// Whether nothing has been stored, deleted or found missing since `version`: what was looked up then would be found
    /// again. Does not block. O(1).
    public func isCurrent(_ version: IndexVersion) -> Bool {
        // LMDB writes the number of a commit before anybody can read what it committed.
        let last = try? use { core throws(StoreError) in core.index.environment.lastTransaction }
        return last == version.transaction
    }
}
