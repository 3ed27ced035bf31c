internal import Chunking
internal import Compression

/// Stores what came in quickly compressed once more, for good: layer by layer, in larger frames, at a strong level, and
/// as differences from earlier layers where files only changed a little.
///
/// A delta depends on chunks that are not themselves deltas, so reading one decompresses at most one more step; a chunk
/// that others depend on stays plain for ever.
struct Packing: ~Copyable {
    private static let blobsPerPage = 64

    let core: Core
    let settings: PackSettings
    let shouldStop: () -> Bool
    private var packer: FramePacker

    init(core: Core, settings: PackSettings, shouldStop: @escaping () -> Bool) {
        self.core = core
        self.settings = settings
        self.shouldStop = shouldStop
        var packing = FramePacker.Settings()
        packing.level = settings.level
        packer = FramePacker(packing)
    }

    /// Packs all that waited for it when it began, the oldest first. What comes meanwhile is for the next time: nothing is
    /// collected while this runs, and uploads may come faster than it packs.
    mutating func run(_ report: inout PackReport) throws(StoreError) {
        var left = try waitingCount()
        while !shouldStop() {
            let page = try waiting().prefix(left)
            if page.isEmpty {
                report.isComplete = true
                return
            }
            left -= page.count
            for item in page {
                if shouldStop() { return }
                try pack(item, &report)
                if shouldStop() { return }
                try core.writer.perform { batch throws(StoreError) in try batch.removeUnpacked(item) }
                report.blobs += 1
            }
        }
    }

    private func waitingCount() throws(StoreError) -> Int {
        try core.index.read { transaction throws(StoreError) in
            var count = 0
            try transaction.scan(transaction.databases.unpacked, from: []) { _, _ in
                count += 1
                return true
            }
            return count
        }
    }

    private func waiting() throws(StoreError) -> [UnpackedItem] {
        try core.index.read { transaction throws(StoreError) in
            var items: [UnpackedItem] = []
            try transaction.scan(transaction.databases.unpacked, from: []) { key, value in
                if let item = UnpackedItem(key: key, value: value) { items.append(item) }
                return items.count < Self.blobsPerPage
            }
            return items
        }
    }

    private mutating func pack(_ item: UnpackedItem, _ report: inout PackReport) throws(StoreError) {
        guard let blob = try core.peek(item.digest, in: item.project) else { return }
        let states = try states(of: blob.record, in: item.project)
        guard states.values.contains(where: \.isWanted) else { return }
        let plan = try plan(for: blob, item)
        let groups = plan.groups(
            { states[$0]?.isWanted == true }, mayBeDelta: { states[$0]?.mayBeDelta == true })
        for group in groups {
            if shouldStop() { return }
            try write(group, for: item.project, &report)
        }
    }

    private struct ChunkState {
        let isWanted: Bool
        let mayBeDelta: Bool
    }

    /// Which chunks of a blob are still in frames as they came.
    private func states(of record: BlobRecord, in project: ProjectID) throws(StoreError) -> [Digest: ChunkState] {
        let chunks = record.distinctChunks
        var states: [Digest: ChunkState] = [:]
        for start in stride(from: 0, to: chunks.count, by: 1024) {
            try core.index.read { transaction throws(StoreError) in
                for chunk in chunks[start..<min(chunks.count, start + 1024)] {
                    guard let row = try transaction.chunk(chunk.id), row.frame.isPresent,
                        let frame = try transaction.frame(at: row.frame), !frame.isPacked
                    else { continue }
                    states[chunk.id] = ChunkState(isWanted: true, mayBeDelta: !row.isBase)
                }
            }
        }
        return states
    }

    private func plan(for blob: OpenedBlob, _ item: UnpackedItem) throws(StoreError) -> PackPlan {
        var table: EntryTable?
        var predecessors: [Predecessor] = []
        if blob.row.isLayer {
            table = try core.entryTable(of: blob)
            for digest in try core.predecessors(of: item.digest, in: item.project) where digest != item.digest {
                guard let older = try core.peek(digest, in: item.project), older.row.isLayer,
                    let rows = try core.entryTable(of: older), rows.entries.count <= settings.rowsMaximum
                else { continue }
                predecessors.append(Predecessor(older.record, rows))
            }
        }
        if (table?.entries.count ?? 0) > settings.rowsMaximum { table = nil }
        return PackPlan(
            blob.record, table, predecessors: table == nil ? [] : predecessors, settings: settings)
    }
}

extension Packing {
    /// Writes one frame and lets the rows of its chunks point at it, as far as they did not change meanwhile.
    mutating func write(
        _ group: PackPlan.Group, for project: ProjectID, _ report: inout PackReport
    ) throws(StoreError) {
        var sources: [Digest: Location] = [:]
        for chunk in group.chunks {
            guard let (decoded, range, location) = try core.locate(chunk), sources[chunk.id] == nil else { continue }
            let bytes = decoded.bytes
            do throws(CompressionError) {
                let isAdded = unsafe try packer.add(chunk, bytes.span.bytes.extracting(range))
                if isAdded { sources[chunk.id] = location }
            } catch {
                throw Self.failed(error)
            }
        }
        guard !sources.isEmpty else { return }
        let base = try core.plainBase(for: group.base, of: project, without: sources, maximum: settings.baseBytes * 2)
        let packed: Frame?
        do throws(CompressionError) {
            packed = unsafe try packer.pack(base: base.chunks, prefix: base.bytes.span.bytes)
        } catch {
            throw Self.failed(error)
        }
        guard let packed else { return }
        let appended = try core.append(packed, for: project, isPacked: true)
        let places = sources
        let bases = try core.bases(ofFramesAt: Set(sources.values))
        let moved = try core.writer.perform(weight: 2 * appended.chunks.count + appended.base.count) {
            batch throws(StoreError) in
            try batch.repoint(to: appended, from: places, project: project, bases: bases)
        }
        guard moved else { return }
        report.frames += 1
        if !appended.base.isEmpty { report.deltaFrames += 1 }
        report.rawBytes += UInt64(appended.rawLength)
        report.frameBytes += UInt64(appended.location.length)
    }

    private static func failed(_ error: CompressionError) -> StoreError {
        StoreError(.io, "a frame could not be packed: \(error.description)", cause: error)
    }
}

extension WriteBatch {
    /// Lets chunks point at a packed frame. Whether any did: none does when what the frame depends on is not plain or not
    /// the project's any more.
    fileprivate mutating func repoint(
        to frame: AppendedFrame, from places: [Digest: Location], project: ProjectID,
        bases: [Location: FrameBase]
    ) throws(StoreError) -> Bool {
        for chunk in frame.base {
            guard let row = try transaction.chunk(chunk.id, of: project),
                try transaction.frame(at: row.frame)?.isDelta == false
            else { return false }
        }
        if !frame.base.isEmpty {
            for chunk in frame.chunks where try transaction.chunk(chunk.id)?.isBase == true { return false }
        }
        var isUsed = false
        var rawOffset: UInt32 = 0
        for chunk in frame.chunks {
            if let old = places[chunk.id] {
                let hasMoved = try moveChunk(
                    chunk, from: old, to: frame, rawOffset: rawOffset, project: project, bases: bases)
                isUsed = isUsed || hasMoved
            }
            rawOffset += chunk.length
        }
        return isUsed
    }
}
