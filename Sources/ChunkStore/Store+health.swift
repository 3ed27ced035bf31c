extension Store {
    /// Checks that the store takes writes: that no earlier disk error has stopped them. O(1), without the disk.
    /// - Throws: `poisoned`, `closed`.
    public func checkWritable() throws(StoreError) {
        try use { core throws(StoreError) in try core.appender.checkHealth() }
    }
}
