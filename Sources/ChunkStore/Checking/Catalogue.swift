internal import CLMDB
internal import Chunking

/// What the chunk files say, in a scratch index: every version of what has a name, which of them do not count, and where
/// chunks can be read.
struct Catalogue {
    let scratch: Scratch
    /// All versions of what has a name (``VersionKey``).
    let versions: MDB_dbi
    /// Sequence numbers of records that do not count.
    let voids: MDB_dbi
    /// Of a rebuild: where each chunk can be read (``PlaceRow``).
    let places: MDB_dbi
    /// Of a rebuild: delta frames, which can be read only when all others were; by place, with the record's length.
    let deltas: MDB_dbi
    /// Chunks that are not where their rows say, with those places.
    let lostChunks: MDB_dbi
    /// Blobs that cannot be read, by their keys in the index.
    let lostBlobs: MDB_dbi
    /// Small records that cannot be read, by their keys in the index.
    let lostRecords: MDB_dbi
    /// Versions that the index does not agree with (``VersionKey``).
    let stale: MDB_dbi

    init(_ scratch: Scratch) throws(StoreError) {
        try scratch.flush()
        self.scratch = scratch
        versions = try scratch.environment.table("versions")
        voids = try scratch.environment.table("voids")
        places = try scratch.environment.table("places")
        deltas = try scratch.environment.table("deltas")
        lostChunks = try scratch.environment.table("lostChunks")
        lostBlobs = try scratch.environment.table("lostBlobs")
        lostRecords = try scratch.environment.table("lostRecords")
        stale = try scratch.environment.table("stale")
    }

    /// Puts a row.
    func put(_ table: MDB_dbi, _ key: [UInt8], _ value: [UInt8] = []) throws(StoreError) {
        try scratch.with { transaction throws(StoreError) in try transaction.put(table, key, value) }
    }

    /// Takes a record up, unless it is of a kind that has no name.
    /// - Returns: whether its body could be read.
    func note(_ record: StoredRecord, at location: Location) throws(StoreError) -> Bool {
        let project = ProjectID(number: record.header.project)
        guard let content = Self.content(of: record) else { return false }
        switch content {
        case .voids(let sequences):
            try scratch.with { transaction throws(StoreError) in
                for sequence in sequences { try transaction.put(voids, Self.voidKey(sequence), []) }
            }
        case .named(let name, let isTombstone):
            let version = VersionKey(
                project: project, name: name, sequence: record.header.sequence, location: location,
                isTombstone: isTombstone)
            try scratch.with { transaction throws(StoreError) in
                try transaction.put(versions, version.key, version.value)
            }
        case .other: break
        }
        return true
    }

    private enum Content {
        case named(Reference, isTombstone: Bool)
        case voids([UInt64])
        case other
    }

    private static func content(of record: StoredRecord) -> Content? {
        try? record.withBody { body throws -> Content in
            switch record.header.kind {
            case .blob: .named(.blob(try BlobRecord(decoding: body).recipe.digest), isTombstone: false)
            case .record:
                try {
                    let record = try SmallRecord(decoding: body)
                    return .named(.record(record.table, record.key), isTombstone: false)
                }()
            case .tombstone: .named(try Tombstone(decoding: body).subject, isTombstone: true)
            case .void: .voids(try VoidRecord(decoding: body).items.map(\.sequence))
            case .frame, .project, .seal: .other
            }
        }
    }

    private static func voidKey(_ sequence: UInt64) -> [UInt8] {
        var key: [UInt8] = []
        RowKey.append(UInt32(truncatingIfNeeded: sequence >> 32), to: &key)
        RowKey.append(UInt32(truncatingIfNeeded: sequence), to: &key)
        return key
    }

    func isVoid(_ sequence: UInt64) throws(StoreError) -> Bool {
        try scratch.with { transaction throws(StoreError) in
            try transaction.contains(voids, Self.voidKey(sequence))
        }
    }

    /// Lends all versions of each name that count, the latest last.
    func forEachName(_ body: ([VersionKey]) throws(StoreError) -> Void) throws(StoreError) {
        var group: [VersionKey] = []
        try scratch.forEach(versions) { key, value throws(StoreError) in
            guard let version = VersionKey(key, value) else { throw .damagedRow("versions") }
            if let first = group.first, first.name != version.name || first.project != version.project {
                try body(group)
                group = []
            }
            if try !isVoid(version.sequence) { group.append(version) }
        }
        if !group.isEmpty { try body(group) }
    }
}
