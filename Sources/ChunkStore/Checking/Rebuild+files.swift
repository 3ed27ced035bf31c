internal import Chunking
internal import Compression
internal import SystemPackage

// What the chunk files hold.
extension Rebuild {
    private static let progressByteCount: UInt64 = 16 << 20

    func walkAll() throws(StoreError) {
        let numbers = try RootLayout.names(in: directory)
            .compactMap { FilePath.Component($0).flatMap(ChunkFileHeader.number(named:)) }.sorted()
        for number in numbers {
            let path = directory.appending(ChunkFileHeader.name(number))
            total += try reading(path) { () throws(Errno) in
                let file = try OpenFile(number, at: path, mode: .readOnly, disk: disk)
                defer { withExtendedLifetime(file) {} }
                return try disk.length(file.descriptor)
            }
        }
        for number in numbers { try walk(number, isLast: number == numbers.last) }
        next.file = (numbers.last ?? 0) + 1
    }

    private func walk(_ number: UInt32, isLast: Bool) throws(StoreError) {
        let path = directory.appending(ChunkFileHeader.name(number))
        let (file, length) = try reading(path) { () throws(Errno) in
            let file = try OpenFile(number, at: path, mode: .readOnly, disk: disk)
            return (file, try disk.length(file.descriptor))
        }
        report.files += 1
        let hasHeader = try checkHeader(of: file)
        var walk = try reading(path) { () throws(Errno) in
            try ChunkFileWalk(file, end: length, salt: reader.salt, disk: disk)
        }
        var end = UInt64(ChunkFileHeader.byteCount)
        var last: RecordKind?
        var isWhole = hasHeader && length >= end
        var torn: Range<UInt64>?
        var said = report.bytes
        while let step = try reading(path, { () throws(Errno) in try walk.next() }) {
            report.bytes += UInt64(step.range.count)
            if let record = step.record {
                if let damage = torn { note(damage, of: number) }
                isWhole = isWhole && torn == nil
                torn = nil
                (end, last) = (step.range.upperBound, record.header.kind)
                try visit(
                    record,
                    at: Location(
                        file: number, length: UInt32(record.bytes.count), offset: step.range.lowerBound))
            } else {
                if step.isUnknown { throw .unknownRecord(path, step.range.lowerBound) }
                if let damage = torn { note(damage, of: number) }
                torn = step.range
            }
            guard report.bytes >= said + Self.progressByteCount else { continue }
            said = report.bytes
            progress(CheckProgress(activity: "reading chunk file \(number)", bytes: said, total: total))
        }
        // What is torn at the end of the newest file was never acknowledged, for all that can be told.
        if let damage = torn, !isLast { note(damage, of: number) }
        let isGood = isWhole && torn == nil
        let state: FileRow.State = isGood && last == .seal ? .sealed : isGood && isLast ? .open : .abandoned
        files.append((number, FileRow(length: end, live: 0, state: state)))
    }

    private func note(_ damage: Range<UInt64>, of number: UInt32) {
        report.damage.add(
            .record, "chunk file \(number), offset \(damage.lowerBound): \(damage.count) bytes are damaged")
    }

    /// - Throws: `unsupportedFormat` when the file is of a version that is not known.
    private func checkHeader(of file: OpenFile) throws(StoreError) -> Bool {
        let bytes = try reading(file.path) { () throws(Errno) in
            try disk.read(file.descriptor, 0, ChunkFileHeader.byteCount)
        }
        try ChunkFileHeader.checkVersion(of: bytes, at: file.path)
        if ChunkFileHeader.isRight(bytes, for: file.number, reader.salt) { return true }
        report.damage.add(.file, "chunk file \(file.number) does not begin with its header, or is of another root")
        return false
    }

    private func visit(_ record: StoredRecord, at location: Location) throws(StoreError) {
        let header = record.header
        next.sequence = max(next.sequence, header.stamp.sequence + 1)
        next.commit = max(next.commit, header.stamp.commit + 1)
        if header.project > 0 { projectNumbers.insert(header.project) }
        switch header.kind {
        case .frame: try visitFrame(record, at: location)
        case .project:
            let name = record.withBody { [UInt8](copying: $0) }
            if header.sequence > projects[header.project]?.sequence ?? 0 {
                projects[header.project] = (name, header.sequence)
            }
        case .blob, .record, .tombstone, .void:
            guard try catalogue.note(record, at: location) else {
                report.damage.add(.record, "chunk file \(location.file), offset \(location.offset): cannot be read")
                return
            }
        case .seal: break
        }
        if [.tombstone, .project, .void].contains(header.kind) {
            bookkeeping[location.file, default: 0] += RecordHeader.padded(record.bytes.count)
        }
    }

    private func visitFrame(_ record: StoredRecord, at location: Location) throws(StoreError) {
        guard let header = FrameProof.header(record) else {
            report.damage.add(.frame, "chunk file \(location.file), offset \(location.offset): no frame")
            return
        }
        if header.base.isEmpty {
            try prove(record, at: location)
        } else {
            try catalogue.put(catalogue.deltas, RowKey.place(location), location.bytes)
        }
    }

    /// Delta frames, now that all that they can be differences from is known.
    func proveDeltas() throws(StoreError) {
        try catalogue.scratch.forEach(catalogue.deltas) { _, value throws(StoreError) in
            guard let location = unsafe Location(value.span.bytes),
                let record = try reader.record(at: location, .frame)
            else { return }
            // One that is waste may outlive what it is a difference from. Whoever needs its chunks has lost them.
            guard try hasBase(record) else { return }
            try prove(record, at: location)
        }
    }

    private func hasBase(_ record: StoredRecord) throws(StoreError) -> Bool {
        for chunk in FrameProof.header(record)?.base ?? [] where try catalogue.place(of: chunk.id) == nil {
            return false
        }
        return true
    }

    private func prove(_ record: StoredRecord, at location: Location) throws(StoreError) {
        let proven = try proof.prove(record) { [catalogue] id throws(StoreError) in
            try catalogue.place(of: id)?.plain.frame
        }
        guard let proven else {
            report.damage.add(
                .frame, "chunk file \(location.file), offset \(location.offset): the frame cannot be read")
            return
        }
        let row = proven.row(at: location, live: 0)
        try catalogue.add(proven.header, sequence: record.header.sequence, at: location)
        try recount.addFrameRow(row, at: location)
        try recount.join(proven.header.chunks.map { RowKey.member($0.id, of: proven.project) })
    }

    func reading<R>(_ path: FilePath, _ body: () throws(Errno) -> R) throws(StoreError) -> R {
        do throws(Errno) {
            return try body()
        } catch {
            throw .disk("read", path, error)
        }
    }
}

extension Catalogue {
    func place(of id: Digest) throws(StoreError) -> PlaceRow? {
        try scratch.with { transaction throws(StoreError) in
            try transaction.row(places, id.rawBytes, of: "places")
        }
    }

    /// Notes where the chunks of a frame are, and what it is a difference from.
    fileprivate func add(_ frame: FrameHeader, sequence: UInt64, at location: Location) throws(StoreError) {
        var rawOffset: UInt32 = 0
        for chunk in frame.chunks {
            var row = try place(of: chunk.id) ?? PlaceRow(length: chunk.length)
            row.add(
                PlaceRow.Place(frame: location, rawOffset: rawOffset, sequence: sequence), isDelta: !frame.base.isEmpty)
            try put(places, chunk.id.rawBytes, row.encoded())
            rawOffset += chunk.length
        }
        for chunk in frame.base {
            guard var row = try place(of: chunk.id), !row.isBase else { continue }
            row.isBase = true
            try put(places, chunk.id.rawBytes, row.encoded())
        }
    }
}
