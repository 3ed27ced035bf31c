internal import Chunking
internal import SystemPackage

/// Compares an index with the chunk files, and what it counts with a recount.
///
/// It reads a snapshot and changes nothing, so that it may run beside writers; only chunk files must not be removed
/// meanwhile. Memory: a few MiB, whatever the store has; the recount is in a scratch index.
final class Check {
    let directory: FilePath
    let disk: Disk
    let reader: RecordReader
    let proof: FrameProof
    let scratch: Scratch
    let recount: Recount
    let catalogue: Catalogue
    let progress: (CheckProgress) -> Void
    var report = CheckReport()
    /// Bytes of tombstones, voids and names of projects in each file; whether they still count in `live` cannot be told.
    var bookkeeping: [UInt32: UInt64] = [:]
    /// The highest sequence number in the chunk files.
    var sequenceMaximum: UInt64 = 0
    /// Told of each row that should be another.
    var onDifference: ((Difference) throws(StoreError) -> Void)?
    /// Chunk files that have damage, or are gone.
    var damagedFiles: Set<UInt32> = []
    /// How many bytes there are to be read.
    var total: UInt64 = 0

    init(
        chunks directory: FilePath, salt: RootSalt, disk: Disk, scratch: Scratch,
        progress: @escaping (CheckProgress) -> Void
    ) throws(StoreError) {
        self.directory = directory
        self.disk = disk
        self.scratch = scratch
        self.progress = progress
        reader = RecordReader(in: directory, salt: salt, disk: disk, logger: .silent)
        proof = FrameProof(reader)
        recount = Recount(scratch)
        catalogue = try Catalogue(scratch)
    }

    /// Does everything.
    /// - Throws: `io` when disk or index refuse.
    func run(_ index: borrowing Transaction) throws(StoreError) -> CheckReport {
        let files = try index.files()
        total = files.reduce(0) { $0 + ($1.row.state == .doomed ? 0 : $1.row.length) }
        for (number, row) in files where row.state != .doomed { try walk(number, row, index) }
        progress(CheckProgress(activity: "comparing the index with the chunk files", bytes: total, total: total))
        try compareChunks(index)
        try compareBlobs(index)
        try comparePartials(index)
        try compareRecords(index)
        try compareMembers(index)
        try compareHistory(index)
        try compareCounts(index, files)
        try scratch.flush()
        return report
    }

    func found(_ kind: Finding.Kind, _ text: String) {
        report.add(kind, text)
    }
}
