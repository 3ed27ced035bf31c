import Chunking
import Compression
import SystemPackage

@testable import ChunkStore

/// Counts all that the index counts anew, from the blob and record bodies in chunk files, and compares.
struct NaiveRecount {
    private struct Member: Hashable {
        let project: ProjectID
        let id: [UInt8]

        init(project: ProjectID, id: [UInt8]) {
            self.project = project
            self.id = id
        }

        init(_ id: Digest, of project: ProjectID) {
            self.init(project: project, id: Array(id.rawBytes.prefix(RowKey.memberIDByteCount)))
        }
    }

    private struct Named: Hashable {
        let project: ProjectID
        let reference: Reference
    }

    private let core: Core
    private var differences: [String] = []
    private var blobs: [(project: ProjectID, digest: Digest, row: BlobRow)] = []
    private var records: [(table: RecordTable, project: ProjectID, key: [UInt8], row: RecordRow)] = []
    private var members: [Member: MemberRow] = [:]
    private var claims: [Member: MemberRow] = [:]
    private var references: [Named: UInt32] = [:]
    private var sizes: [Named: UInt64] = [:]
    private var frames: [Location: FrameRow] = [:]
    private var chunks: [Digest: ChunkRow] = [:]
    private var live: [UInt32: UInt64] = [:]
    private var projects: [ProjectID: ProjectCounters] = [:]
    private var counters = Counters()

    private init(_ core: Core) {
        self.core = core
    }

    /// What differs; nothing when all is right. Nothing else may use the store meanwhile.
    static func differences(in store: Store) throws -> [String] {
        try store.use { core throws(StoreError) in
            var recount = NaiveRecount(core)
            try recount.read()
            try recount.countBlobs()
            try recount.countRecords()
            try recount.countFrames()
            recount.compareMembers()
            try recount.compareLoose()
            try recount.compareFiles()
            try recount.compareCounters()
            return recount.differences
        }
    }

    private mutating func expect(_ condition: Bool, _ text: @autoclosure () -> String) {
        if !condition { differences.append(text()) }
    }

    private func rows(_ body: (borrowing Transaction) throws(StoreError) -> Void) throws(StoreError) {
        try core.index.read(body)
    }

    private mutating func read() throws(StoreError) {
        var found = self
        try rows { transaction throws(StoreError) in
            let tables = transaction.databases
            try transaction.scan(tables.blobs, from: []) { key, value in
                if let digest = Digest(rawBytes: key, at: 4), let row = BlobRow(value) {
                    found.blobs.append((Self.project(key), digest, row))
                } else {
                    found.differences.append("a row of blobs cannot be read")
                }
                return true
            }
            try transaction.scan(tables.records, from: []) { key, value in
                if let table = RecordTable(rawValue: key.integer(at: 0)), let row = RecordRow(value) {
                    let name = [UInt8](copying: key.extracting(droppingFirst: 5))
                    found.records.append((table, Self.project(key, at: 1), name, row))
                } else {
                    found.differences.append("a row of records cannot be read")
                }
                return true
            }
            try transaction.scan(tables.members, from: []) { key, value in
                let member = Member(
                    project: Self.project(key), id: [UInt8](copying: key.extracting(droppingFirst: 4)))
                found.members[member] = MemberRow(value)
                return true
            }
            try transaction.scan(tables.chunks, from: []) { key, value in
                if let id = Digest(rawBytes: key, at: 0) { found.chunks[id] = ChunkRow(value) }
                return true
            }
            try transaction.scan(tables.frames, from: []) { key, value in
                guard let row = FrameRow(value) else { return true }
                let offset = UInt64(key.integer(at: 4, as: UInt32.self).byteSwapped) * UInt64(RecordHeader.alignment)
                let place = Location(
                    file: key.integer(at: 0, as: UInt32.self).byteSwapped, length: row.recordLength, offset: offset)
                found.frames[place] = row
                return true
            }
        }
        self = found
    }

    private static func project(_ key: RawSpan, at offset: Int = 0) -> ProjectID {
        ProjectID(number: key.integer(at: offset, as: UInt32.self).byteSwapped)
    }
}

extension NaiveRecount {
    private mutating func count(
        _ project: ProjectID, _ field: WritableKeyPath<ProjectCounters, UInt64>, _ amount: UInt64
    ) {
        projects[project, default: ProjectCounters()][keyPath: field] += amount
    }

    private mutating func need(_ location: Location) {
        live[location.file, default: 0] += RecordHeader.padded(Int(location.length))
    }

    private mutating func countBlobs() throws(StoreError) {
        for (project, digest, row) in blobs where row.record.isPresent {
            sizes[Named(project: project, reference: .blob(digest))] = row.size
            guard let record = try core.blobRecord(at: row.record), record.recipe.digest == digest else {
                differences.append("the record of blob \(digest.short) cannot be read")
                continue
            }
            expect(record.recipe.size == row.size, "blob \(digest.short) has another size")
            expect((record.entries != nil) == row.isLayer, "blob \(digest.short) is a layer or not")
            need(row.record)
            count(project, \.blobs, 1)
            count(project, \.logicalBytes, row.size)
            if row.isLayer { count(project, \.layers, 1) }
            for chunk in record.distinctChunks {
                claims[Member(chunk.id, of: project), default: MemberRow()].blobs += 1
            }
        }
    }

    private mutating func countRecords() throws(StoreError) {
        for (table, project, key, row) in records {
            guard let record = try core.smallRecord(at: row.location, of: project), record.table == table,
                record.key == key
            else {
                differences.append("record \(table) \(key) cannot be read")
                continue
            }
            need(row.location)
            if table == .step { count(project, \.steps, 1) }
            for reference in record.references {
                references[Named(project: project, reference: reference), default: 0] += 1
                guard table == .manifest, case .blob = reference else { continue }
                count(project, \.namedBytes, sizes[Named(project: project, reference: reference)] ?? 0)
            }
        }
        for (project, digest, row) in blobs {
            let count = references[Named(project: project, reference: .blob(digest))] ?? 0
            expect(row.references == count, "blob \(digest.short) has \(row.references) references, not \(count)")
        }
        for (table, project, key, row) in records {
            let count = references[Named(project: project, reference: .record(table, key))] ?? 0
            expect(row.references == count, "record \(table) \(key) has \(row.references) references, not \(count)")
        }
    }

    private mutating func countFrames() throws(StoreError) {
        var used: [Location: UInt32] = [:]
        for (id, row) in chunks {
            guard row.frame.isPresent else { continue }
            used[row.frame, default: 0] += row.length
            counters.chunks += 1
            counters.uniqueBytes += UInt64(row.length)
            expect(frames[row.frame] != nil, "chunk \(id.short) is in a frame without a row")
        }
        for (place, row) in frames {
            expect(row.live == used[place] ?? 0, "a frame has \(row.live) live bytes, not \(used[place] ?? 0)")
            guard let record = try core.reader.record(at: place, .frame),
                let header = try? record.withBody({ try FrameHeader(decoding: $0) })
            else {
                differences.append("the frame at \(place) cannot be read")
                continue
            }
            expect(row.isDelta == !header.base.isEmpty, "a frame is a delta or not")
            need(place)
            counters.frames += 1
            counters.frameRawBytes += UInt64(row.rawLength)
            counters.frameBytes += UInt64(row.recordLength)
            guard row.isDelta else { continue }
            counters.deltaFrames += 1
            counters.deltaRawBytes += UInt64(row.rawLength)
            counters.deltaBytes += UInt64(row.recordLength)
            for chunk in header.base {
                claims[Member(chunk.id, of: ProjectID(number: record.header.project)), default: MemberRow()]
                    .frames += 1
            }
        }
    }

    private mutating func compareMembers() {
        for (member, row) in members {
            let claimed = claims[member] ?? MemberRow()
            expect(row == claimed, "a member has claims \(row), not \(claimed)")
        }
        for member in claims.keys where members[member] == nil {
            differences.append("a chunk that is claimed is not its project's")
        }
        var owners = Dictionary(grouping: members, by: \.key.id)
        for (id, row) in chunks {
            let key = Array(id.rawBytes.prefix(RowKey.memberIDByteCount))
            let owning = owners.removeValue(forKey: key) ?? []
            expect(
                Int(row.owners) == owning.count && !owning.isEmpty,
                "chunk \(id.short) has \(row.owners) owners, not \(owning.count)")
            for (member, claimed) in owning {
                let field: WritableKeyPath<ProjectCounters, UInt64> =
                    claimed.blobs > 0 ? \.claimedBytes : claimed.frames > 0 ? \.heldBytes : \.looseBytes
                count(member.project, field, UInt64(row.length))
            }
        }
        expect(owners.isEmpty, "\(owners.count) chunks have members and no row")
    }
}

extension NaiveRecount {
    private mutating func compareLoose() throws(StoreError) {
        var expected: Set<[UInt8]> = []
        for (project, digest, row) in blobs where row.references == 0 {
            expected.insert(LooseKey(project: project, kind: .blob, digest: digest).bytes)
        }
        let ids = Dictionary(grouping: chunks.keys) { Array($0.rawBytes.prefix(RowKey.memberIDByteCount)) }
        for (member, row) in members where row.isLoose {
            for id in ids[member.id] ?? [] {
                expected.insert(LooseKey(project: member.project, kind: .chunk, digest: id).bytes)
            }
        }
        var usage = Set(records.map { UsageKey($0.project, $0.table, $0.key, $0.row).bytes })
        var found: Set<[UInt8]> = []
        var foundUsage: Set<[UInt8]> = []
        try rows { transaction throws(StoreError) in
            try transaction.scan(transaction.databases.loose, from: []) { key, _ in
                found.insert([UInt8](copying: key))
                return true
            }
            try transaction.scan(transaction.databases.usage, from: []) { key, _ in
                foundUsage.insert([UInt8](copying: key))
                return true
            }
        }
        expect(found.subtracting(expected).isEmpty, "what is not loose is said to be")
        expect(expected.subtracting(found).isEmpty, "what is loose is not said to be")
        usage.formSymmetricDifference(foundUsage)
        expect(usage.isEmpty, "\(usage.count) rows of usage are missing or too many")
    }

    private mutating func compareFiles() throws(StoreError) {
        var files: [(number: UInt32, row: FileRow)] = []
        try rows { transaction throws(StoreError) in files = try transaction.files() }
        for (number, row) in files {
            if row.state == .doomed { continue }
            counters.files += 1
            counters.fileBytes += row.length
            let needed = live[number] ?? 0
            // Records that keep names and deletions: those of a file that is just being compacted may have moved on.
            var more: UInt64 = 0
            if var scanner = try core.reader.scanner(of: number, end: row.length) {
                while let (_, header) = try core.reader.next(&scanner, in: number) {
                    switch header.kind {
                    case .tombstone, .void, .project: more += header.stride
                    case .frame, .blob, .record, .seal: break
                    }
                }
                expect(scanner.position == row.length || row.state == .abandoned, "file \(number) cannot be walked")
            } else {
                differences.append("file \(number) is gone")
            }
            expect(
                (needed...(needed + more)).contains(row.live),
                "file \(number) has \(row.live) live bytes, not \(needed) to \(needed + more)")
            counters.liveBytes += row.live
        }
    }

    private mutating func compareCounters() throws(StoreError) {
        var written = Counters()
        var all: [(name: String, id: ProjectID)] = []
        try rows { transaction throws(StoreError) in
            written = try transaction.counters()
            all = try transaction.projects()
        }
        let counted = counters
        expect(written == counted, "counters are \(written), not \(counted)")
        for (name, id) in all {
            var row = ProjectCounters()
            try rows { transaction throws(StoreError) in row = try transaction.projectCounters(id) }
            let counted = projects[id] ?? ProjectCounters()
            expect(row == counted, "counters of project \(name) are \(row), not \(counted)")
        }
    }
}
