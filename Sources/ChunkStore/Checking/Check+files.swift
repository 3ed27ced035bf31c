internal import Chunking
internal import Compression
internal import SystemPackage

// The chunk files, record by record.
extension Check {
    private static let progressByteCount: UInt64 = 16 << 20

    func walk(_ number: UInt32, _ row: FileRow, _ index: borrowing Transaction) throws(StoreError) {
        let path = directory.appending(ChunkFileHeader.name(number))
        guard let file = try open(number, at: path) else {
            found(.file, "chunk file \(number) is gone")
            damagedFiles.insert(number)
            return
        }
        report.files += 1
        let length = try reading(path) { () throws(Errno) in
            try checkHeader(of: file)
            return try disk.length(file.descriptor)
        }
        if length != row.length, row.state != .open || length < row.length { damagedFiles.insert(number) }
        if length < row.length {
            found(.file, "chunk file \(number) has \(length) bytes, but \(row.length) were committed")
        }
        if length > row.length, row.state == .sealed {
            found(.file, "chunk file \(number) is full, but has \(length - row.length) bytes after its end")
        }
        defer { withExtendedLifetime(file) {} }
        let end = min(length, row.length)
        var walk = try reading(path) { () throws(Errno) in
            try ChunkFileWalk(file, end: end, salt: reader.salt, disk: disk)
        }
        var last: RecordKind?
        var said = report.bytes
        while let step = try reading(path, { () throws(Errno) in try walk.next() }) {
            last = try visit(step, number, index)
            guard report.bytes >= said + Self.progressByteCount else { continue }
            said = report.bytes
            progress(CheckProgress(activity: "verifying chunk file \(number)", bytes: said, total: total))
        }
        guard row.state == .sealed, last != .seal else { return }
        damagedFiles.insert(number)
        found(.file, "chunk file \(number) is full, but has no footer")
    }

    private func visit(
        _ step: ChunkFileWalk.Step, _ number: UInt32, _ index: borrowing Transaction
    ) throws(StoreError) -> RecordKind? {
        let offset = step.range.lowerBound
        report.bytes += UInt64(step.range.count)
        if step.isUnknown { throw .unknownRecord(directory.appending(ChunkFileHeader.name(number)), offset) }
        guard let record = step.record else {
            damagedFiles.insert(number)
            let what = step.kind.map { "a record of kind \($0) is damaged" } ?? "there is no record"
            found(.record, "chunk file \(number), offset \(offset): \(what) (\(step.range.count) bytes)")
            return step.kind
        }
        report.records += 1
        sequenceMaximum = max(sequenceMaximum, record.header.sequence)
        try visit(record, at: Location(file: number, length: UInt32(record.bytes.count), offset: offset), index)
        return record.header.kind
    }

    private func visit(
        _ record: StoredRecord, at location: Location, _ index: borrowing Transaction
    ) throws(StoreError) {
        switch record.header.kind {
        case .frame: try visitFrame(record, at: location, index)
        case .project, .seal: break
        case .blob, .record, .tombstone, .void:
            guard try catalogue.note(record, at: location) else {
                damagedFiles.insert(location.file)
                found(.record, "chunk file \(location.file), offset \(location.offset): the body cannot be read")
                return
            }
        }
        if [.tombstone, .project, .void].contains(record.header.kind) {
            bookkeeping[location.file, default: 0] += RecordHeader.padded(record.bytes.count)
        }
    }

    private func visitFrame(
        _ record: StoredRecord, at location: Location, _ index: borrowing Transaction
    ) throws(StoreError) {
        let proven = try proof.prove(record) { id throws(StoreError) in
            guard let row = try index.chunk(id), row.frame.isPresent else { return nil }
            return row.frame
        }
        guard let proven else {
            // Nobody misses a frame that is not needed; a delta whose base was collected is no more to be read.
            guard try index.frame(at: location) != nil else { return }
            damagedFiles.insert(location.file)
            found(
                .frame,
                "chunk file \(location.file), offset \(location.offset): the frame is not what it says, or lacks its base"
            )
            return
        }
        report.frames += 1
        var live: UInt32 = 0
        var rawOffset: UInt32 = 0
        for chunk in proven.header.chunks {
            defer { rawOffset += chunk.length }
            guard let row = try index.chunk(chunk.id), row.frame == location else { continue }
            guard row.rawOffset == rawOffset, row.length == chunk.length else { continue }
            try recount.addChunk(chunk.id, row)
            live += chunk.length
        }
        guard live > 0 else { return }
        try recount.addFrame(
            proven.row(at: location, live: live), at: location, base: proven.header.base, in: proven.project)
    }

    func open(_ number: UInt32, at path: FilePath) throws(StoreError) -> OpenFile? {
        do throws(Errno) {
            return try OpenFile(number, at: path, mode: .readOnly, disk: disk)
        } catch .noSuchFileOrDirectory {
            return nil
        } catch {
            throw .disk("open", path, error)
        }
    }

    private func checkHeader(of file: OpenFile) throws(Errno) {
        let header = try disk.read(file.descriptor, 0, ChunkFileHeader.byteCount)
        if ChunkFileHeader.isRight(header, for: file.number, reader.salt) { return }
        damagedFiles.insert(file.number)
        found(.file, "chunk file \(file.number) does not begin with its header, or is of another root")
    }

    private func reading<R>(_ path: FilePath, _ body: () throws(Errno) -> R) throws(StoreError) -> R {
        do throws(Errno) {
            return try body()
        } catch {
            throw .disk("read", path, error)
        }
    }
}
