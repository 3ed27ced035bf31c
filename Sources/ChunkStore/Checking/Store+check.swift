internal import Glibc
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
            let check = Check(chunks: idle.layout.chunks, disk: disk, scratch: scratch, progress: progress)
            return try index.read { transaction throws(StoreError) in try check.run(transaction) }
        }
    }

    /// Does the same with an open store, whose writers may go on: what they change meanwhile is not looked at.
    func check(progress: @escaping (CheckProgress) -> Void = { _ in }) throws(StoreError) -> CheckReport {
        try use { core throws(StoreError) in
            try core.upkeep.exclusively { () throws(StoreError) in
                try RootLayout(root: root, disk: core.disk).withScratch(options) { scratch throws(StoreError) in
                    let check = Check(
                        chunks: core.reader.directory, disk: core.disk, scratch: scratch, progress: progress)
                    return try core.index.read { transaction throws(StoreError) in try check.run(transaction) }
                }
            }
        }
    }
}

/// A root that is locked, but whose store is not open.
struct IdleRoot {
    let layout: RootLayout
    private let lock: RootLock

    /// - Throws: `rootInUse`, `unsupportedFormat`, `missingContent` when there is no store; `io`.
    init(_ root: FilePath, disk: Disk) throws(StoreError) {
        layout = RootLayout(root: root, disk: disk)
        guard RootLayout.exists(root), RootLayout.exists(layout.chunks) else {
            throw StoreError(.missingContent, "there is no store in \(root)")
        }
        lock = try RootLock(in: root, isReleased: Monitor(false), disk: disk)
        try layout.checkFormat()
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

extension RootLayout {
    /// Lends a scratch index in the root to `body`, and removes it.
    func withScratch<R>(
        _ options: Store.Options, _ body: (Scratch) throws(StoreError) -> R
    ) throws(StoreError) -> R {
        let directory = root.appending("check.tmp")
        try removeTree(directory)
        try Self.makeDirectory(directory)
        let result: Result<R, StoreError>
        do throws(StoreError) {
            let scratch = try Scratch(in: directory, sizeMaximum: options.indexSizeMaximum)
            result = .success(try body(scratch))
        } catch {
            result = .failure(error)
        }
        try? removeTree(directory)
        return try result.get()
    }

    /// Removes a directory of files; one that is not there is no error.
    func removeTree(_ directory: FilePath) throws(StoreError) {
        guard Self.exists(directory) else { return }
        for name in try Self.names(in: directory) {
            let path = directory.appending(name)
            do throws(Errno) {
                try disk.remove(path)
            } catch {
                throw .disk("remove", path, error)
            }
        }
        do throws(Errno) {
            try Errno.check { unsafe directory.withPlatformString { unsafe rmdir($0) } }
        } catch {
            throw .disk("remove", directory, error)
        }
    }
}
