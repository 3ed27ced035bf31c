internal import Chunking
internal import Compression
internal import SystemPackage

/// Makes an index from chunk files alone.
///
/// Of each name the record with the highest sequence number counts; a tombstone ends it; what void records list does not
/// count. Every frame is decompressed and every chunk hashed. Blobs whose chunks are not all there are left out, and small
/// records that refer to what is not there.
final class Rebuild {
    let directory: FilePath
    let disk: Disk
    let options: Store.Options
    let reader: RecordReader
    let proof: FrameProof
    let catalogue: Catalogue
    let recount: Recount
    let describe: RecordDescriber
    let progress: (CheckProgress) -> Void
    var report = RebuildReport()
    var files: [(number: UInt32, row: FileRow)] = []
    var next = NextNumbers()
    /// Names of projects, by number: the one that was written last counts.
    var projects: [UInt32: (name: [UInt8], sequence: UInt64)] = [:]
    /// Every project that any record belongs to.
    var projectNumbers: Set<UInt32> = []
    /// Bytes of tombstones, voids and names of projects in each file.
    var bookkeeping: [UInt32: UInt64] = [:]
    /// Files with records of which no tombstone would know.
    var orphanFiles: Set<UInt32> = []
    var total: UInt64 = 0

    private var tables: Databases { recount.scratch.tables }

    /// - Parameters:
    ///   - catalogue: an empty scratch index.
    ///   - target: an empty one, which becomes the index.
    init(
        chunks directory: FilePath, salt: RootSalt, disk: Disk, options: Store.Options, catalogue: Scratch,
        target: Scratch,
        describe: @escaping RecordDescriber, progress: @escaping (CheckProgress) -> Void
    ) throws(StoreError) {
        self.directory = directory
        self.disk = disk
        self.options = options
        self.catalogue = try Catalogue(catalogue)
        recount = Recount(target)
        reader = RecordReader(in: directory, salt: salt, disk: disk, logger: .silent)
        proof = FrameProof(reader)
        self.describe = describe
        self.progress = progress
    }

    /// Does everything but putting the new index in place.
    func run() throws(StoreError) -> RebuildReport {
        try walkAll()
        progress(CheckProgress(activity: "making the index", bytes: total, total: total))
        try proveDeltas()
        try placeChunks()
        try claimBases()
        try addBlobs()
        try addRecords()
        try noteTombstones()
        try finish()
        return report
    }

    private func finish() throws(StoreError) {
        try recount.finishMembers()
        let rows = files.map { number, row in
            let live = (recount.liveBytes[number] ?? 0) + (bookkeeping[number] ?? 0)
            return (
                number,
                FileRow(
                    length: row.length, live: live, state: row.state, mayHaveOrphans: orphanFiles.contains(number))
            )
        }
        try recount.finishTotals(files: rows)
        for number in projectNumbers.sorted() {
            next.project = max(next.project, number + 1)
            let name = projects[number]?.name ?? Array("lost-project-\(number)".utf8)
            try nameProject(ProjectID(number: number), name)
        }
        try recount.scratch.with { [tables, next] transaction throws(StoreError) in
            try transaction.put(tables.meta, RowKey.next, next.encoded())
        }
        try recount.scratch.finish()
    }

    private func nameProject(_ project: ProjectID, _ name: [UInt8]) throws(StoreError) {
        var number = ByteWriter(capacity: 4)
        number.writeFixed(project.number)
        let bytes = number.bytes
        try recount.scratch.with { [tables] transaction throws(StoreError) in
            try transaction.put(tables.projects, RowKey.projectName(name), bytes)
            try transaction.put(tables.projects, RowKey.projectNumber(project), name)
        }
    }

    func projectName(_ project: ProjectID) -> String {
        projects[project.number].map { String(decoding: $0.name, as: UTF8.self) } ?? "lost-project-\(project.number)"
    }
}
