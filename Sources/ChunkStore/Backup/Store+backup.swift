public import SystemPackage

extension Store {
    /// Copies the store as it is now to `destination`, where it can be opened; serving goes on meanwhile. What was
    /// acknowledged before the call is in the copy. Nothing is collected until it is done. O(all bytes stored).
    /// - Parameters:
    ///   - destination: a directory that does not exist, or an empty one.
    ///   - shouldStop: asked between parts; when it says so, the copy stays unfinished, and cannot be opened.
    /// - Throws: `invalidName` when there is something at `destination`; `io` when it was stopped; `diskFull`, `closed`.
    public func backup(
        to destination: FilePath, shouldStop: @escaping () -> Bool = { false }
    ) throws(StoreError) -> BackupReport {
        try use { core throws(StoreError) in
            try core.upkeep.exclusively { () throws(StoreError) in
                try Backup(core: core, target: RootLayout(root: destination, disk: core.disk), shouldStop: shouldStop)
                    .run()
            }
        }
    }
}

/// Copies a store: first its index, which says how far each chunk file counts, then the files so far. Whole copies, not
/// shared blocks: what damages the one must not damage the other.
struct Backup {
    private static let partByteCount = 4 << 20

    let core: Core
    let target: RootLayout
    let shouldStop: () -> Bool

    func run() throws(StoreError) -> BackupReport {
        try checkTarget()
        try target.makeRoot()
        try RootLayout.makeDirectory(target.chunks)
        try RootLayout.makeDirectory(target.index)
        var report = BackupReport()
        try core.index.environment.copy(to: target.index)
        report.indexBytes = try syncIndex()
        for (number, row) in try copiedFiles() where row.state != .doomed {
            report.bytes += try copy(number, row.length)
            report.files += 1
        }
        try target.sync(target.chunks)
        try target.sync(target.index)
        try target.sync(target.root)
        // Last: a root that has content but no format is an unfinished copy, and is refused.
        try target.write(core.format)
        try target.sync(target.root)
        return report
    }

    private func checkTarget() throws(StoreError) {
        let root = core.directory.removingLastComponent()
        guard !target.root.lexicallyNormalized().starts(with: root.lexicallyNormalized()) else {
            throw StoreError(
                .invalidName,
                "\(target.root) is in the root that is to be copied, and would be lost with it; name a directory elsewhere"
            )
        }
        guard RootLayout.exists(target.root) else { return }
        guard try RootLayout.names(in: target.root).isEmpty else {
            throw StoreError(.invalidName, "\(target.root) is not empty; name a directory that does not exist")
        }
    }

    /// The rows of chunk files at the moment of the copy.
    private func copiedFiles() throws(StoreError) -> [(number: UInt32, row: FileRow)] {
        let copy = try Environment(
            at: target.index, mapSizeMaximum: core.options.indexSizeMaximum, lock: nil, logger: .silent)
        return try copy.read { transaction throws(StoreError) in try transaction.files() }
    }

    private func syncIndex() throws(StoreError) -> UInt64 {
        let path = target.index.appending("data.mdb")
        return try disk("sync", path) { disk throws(Errno) in
            let file = try OpenFile(0, at: path, mode: .readWrite, disk: disk)
            defer { withExtendedLifetime(file) {} }
            try disk.sync(file.descriptor)
            return try disk.length(file.descriptor)
        }
    }

    /// Copies a chunk file up to `length`; less when it was damaged from outside.
    private func copy(_ number: UInt32, _ length: UInt64) throws(StoreError) -> UInt64 {
        let (name, source) = (ChunkFileHeader.name(number), core.reader.directory)
        let (from, to) = (source.appending(name), target.chunks.appending(name))
        let input: OpenFile
        do throws(Errno) {
            input = try OpenFile(number, at: from, mode: .readOnly, disk: core.disk)
        } catch .noSuchFileOrDirectory {
            // Lost from outside: the copy misses it as the original does.
            return 0
        } catch {
            throw .disk("open", from, error)
        }
        let output = try disk("create", to) { disk throws(Errno) in
            try OpenFile(number, at: to, mode: .readWrite, options: [.create, .exclusiveCreate], disk: disk)
        }
        defer { withExtendedLifetime((input, output)) {} }
        var position: UInt64 = 0
        while position < length {
            if shouldStop() { throw StoreError(.io, "the copy to \(target.root) was stopped; remove it") }
            let count = Int(min(UInt64(Self.partByteCount), length - position))
            let bytes = try disk("read", from) { [position] disk throws(Errno) in
                try disk.read(input.descriptor, position, count)
            }
            if bytes.isEmpty { break }
            try disk("write to", to) { [position] disk throws(Errno) in
                try unsafe disk.writeAll(bytes.span.bytes, at: position, to: output.descriptor)
            }
            position += UInt64(bytes.count)
        }
        try disk("sync", to) { disk throws(Errno) in try disk.sync(output.descriptor) }
        return position
    }

    private func disk<R>(
        _ action: String, _ path: FilePath, _ body: (Disk) throws(Errno) -> R
    ) throws(StoreError) -> R {
        do throws(Errno) {
            return try body(core.disk)
        } catch {
            throw .disk(action, path, error)
        }
    }
}
