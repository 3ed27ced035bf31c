public import SystemPackage

extension Store {
    /// Verifies everything in a root that nobody has open: every record, frame and chunk, every row of the index and all
    /// that it counts. Nothing is changed. O(all bytes stored).
    /// - Parameter progress: told now and then how far it has come.
    /// - Throws: `rootInUse`, `unsupportedFormat`, `io`, `diskFull`.
    public static func check(
        _ root: FilePath, options: Options = Options(), progress: @escaping (CheckProgress) -> Void = { _ in }
    ) throws(StoreError) -> CheckReport {
        try check(root, options: options, disk: .system, progress: progress)
    }

    static func check(
        _ root: FilePath, options: Options, disk: Disk, progress: @escaping (CheckProgress) -> Void
    ) throws(StoreError) -> CheckReport {
        let idle = try IdleRoot(root, disk: disk)
        let index = try idle.openIndex(options)
        return try idle.layout.withScratch(options) { scratch throws(StoreError) in
            let check = try Check(
                chunks: idle.layout.chunks, salt: idle.format.salt, disk: disk, scratch: scratch, progress: progress)
            return try index.read { transaction throws(StoreError) in try check.run(transaction) }
        }
    }

    /// Does the same with an open store, whose writers may go on: what they change meanwhile is not looked at.
    func check(progress: @escaping (CheckProgress) -> Void = { _ in }) throws(StoreError) -> CheckReport {
        try use { core throws(StoreError) in
            try core.upkeep.exclusively { () throws(StoreError) in
                try RootLayout(root: root, disk: core.disk).withScratch(options) { scratch throws(StoreError) in
                    let check = try Check(
                        chunks: core.reader.directory, salt: core.format.salt, disk: core.disk, scratch: scratch,
                        progress: progress)
                    return try core.index.read { transaction throws(StoreError) in try check.run(transaction) }
                }
            }
        }
    }
}

extension Store {
    /// Sets right what a check finds wrong in a root that nobody has open: what is damaged is given up, together with what
    /// needs it, and all that is counted is counted anew. Up to three times O(all bytes stored).
    /// - Parameters:
    ///   - describe: says what a small record is that is lost.
    ///   - progress: told now and then how far it has come.
    /// - Throws: `rootInUse`, `unsupportedFormat`, `io`, `diskFull`.
    public static func repair(
        _ root: FilePath, options: Options = Options(), describe: @escaping RecordDescriber,
        progress: @escaping (CheckProgress) -> Void = { _ in }
    ) throws(StoreError) -> RepairReport {
        try repair(root, options: options, disk: .system, describe: describe, progress: progress)
    }

    static func repair(
        _ root: FilePath, options: Options, disk: Disk,
        describe: @escaping RecordDescriber = { table, key, _, project in "\(table) \(RowKey.hex(key)) of \(project)" },
        progress: @escaping (CheckProgress) -> Void = { _ in }
    ) throws(StoreError) -> RepairReport {
        let layout = RootLayout(root: root, disk: disk)
        guard RootLayout.exists(layout.chunks) else {
            throw StoreError(.missingContent, "there is no store in \(root)")
        }
        let store = try Store(opening: root, options: options, disk: disk, logger: .silent)
        defer { store.close() }
        return try store.use { core throws(StoreError) in
            try core.upkeep.exclusively { () throws(StoreError) in
                try Repair(core: core, layout: layout, options: options, describe: describe, progress: progress).run()
            }
        }
    }
}

/// A root that is locked, but whose store is not open.
struct IdleRoot {
    let layout: RootLayout
    let format: RootFormat
    private let lock: RootLock

    /// - Throws: `rootInUse`, `unsupportedFormat`, `missingContent` when there is no store; `io`.
    init(_ root: FilePath, disk: Disk) throws(StoreError) {
        layout = RootLayout(root: root, disk: disk)
        guard RootLayout.exists(root), RootLayout.exists(layout.chunks) else {
            throw StoreError(.missingContent, "there is no store in \(root)")
        }
        lock = try RootLock(in: root, isReleased: Monitor(false), disk: disk)
        guard layout.hasFormat else { throw layout.missingFormat }
        format = try layout.readFormat()
    }

    /// The index, as it is.
    func openIndex(_ options: Store.Options) throws(StoreError) -> Index {
        guard RootLayout.exists(layout.index.appending("data.mdb")) else {
            throw StoreError(.io, "there is no index in \(layout.root); make it anew with 'larderd fsck --rebuild'")
        }
        return try Index(
            in: layout.index, sizeMaximum: options.indexSizeMaximum, lock: lock, disk: layout.disk, logger: .silent)
    }
}
