public import SystemPackage

extension Store {
    /// Makes the index of a root that nobody has open anew, from its chunk files alone. The old one is replaced when the
    /// new one is whole; an interruption leaves one of them. O(all bytes stored).
    /// - Parameters:
    ///   - describe: says what a small record is that is lost.
    ///   - progress: told now and then how far it has come.
    /// - Throws: `rootInUse`, `unsupportedFormat`, `io`, `diskFull`.
    public static func rebuild(
        _ root: FilePath, options: Options = Options(), describe: @escaping RecordDescriber,
        progress: @escaping (CheckProgress) -> Void = { _ in }
    ) throws(StoreError) -> RebuildReport {
        try rebuild(root, options: options, disk: .system, describe: describe, progress: progress)
    }

    static func rebuild(
        _ root: FilePath, options: Options, disk: Disk,
        describe: @escaping RecordDescriber = { table, key, _, project in "\(table) \(RowKey.hex(key)) of \(project)" },
        progress: @escaping (CheckProgress) -> Void = { _ in }
    ) throws(StoreError) -> RebuildReport {
        var report = try makeIndex(of: root, options, disk, describe, progress)
        if !report.damage.isClean || !report.losses.isEmpty {
            // What was left out must not come back with the next rebuild, and damaged files are best replaced.
            report.repair = try repair(root, options: options, disk: disk, describe: describe, progress: progress)
        }
        return report
    }

    private static func makeIndex(
        of root: FilePath, _ options: Options, _ disk: Disk, _ describe: @escaping RecordDescriber,
        _ progress: @escaping (CheckProgress) -> Void
    ) throws(StoreError) -> RebuildReport {
        let idle = try IdleRoot(root, disk: disk)
        let layout = idle.layout
        try layout.finishSwap()
        return try layout.withScratch(options) { catalogue throws(StoreError) in
            let report = try makeIndex(idle, options, catalogue, describe, progress)
            try layout.swapIndex()
            return report
        }
    }

    private static func makeIndex(
        _ idle: IdleRoot, _ options: Options, _ catalogue: Scratch, _ describe: @escaping RecordDescriber,
        _ progress: @escaping (CheckProgress) -> Void
    ) throws(StoreError) -> RebuildReport {
        let layout = idle.layout
        try RootLayout.makeDirectory(layout.newIndex)
        let target = try Scratch(in: layout.newIndex, sizeMaximum: options.indexSizeMaximum)
        let rebuild = try Rebuild(
            chunks: layout.chunks, salt: idle.format.salt, disk: layout.disk, options: options, catalogue: catalogue,
            target: target,
            describe: describe, progress: progress)
        let report = try rebuild.run()
        try layout.sync(layout.newIndex)
        return report
    }
}
