extension Store {
    /// Checks that the store takes writes: that no earlier disk error has stopped them. O(1), without the disk.
    /// - Throws: `poisoned`, `closed`.
    public func checkWritable() throws(StoreError) {
        try use { core throws(StoreError) in try core.appender.checkHealth() }
    }

    /// Whether the disk would still have its reserve free with so many more bytes on it. A file system that does not say
    /// how much is left has room. Blocks.
    public func hasRoom(for byteCount: UInt64) -> Bool {
        (try? use { core throws(StoreError) in core.appender.hasRoom(for: byteCount) }) ?? false
    }
}
