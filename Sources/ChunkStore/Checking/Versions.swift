internal import Chunking

/// What the chunk files say of each name, in the scratch index: every version of it, and which do not count.
struct Versions {
    private let scratch: Scratch

    init(_ scratch: Scratch) {
        self.scratch = scratch
    }

    /// Takes a record up, unless it is of a kind that has no name.
    /// - Returns: whether its body could be read.
    func note(_ record: StoredRecord, at location: Location) throws(StoreError) -> Bool {
        let project = ProjectID(number: record.header.project)
        guard let content = Self.content(of: record) else { return false }
        switch content {
        case .voids(let sequences):
            try scratch.with { [scratch] transaction throws(StoreError) in
                for sequence in sequences { try transaction.put(scratch.voids, Self.voidKey(sequence), []) }
            }
        case .named(let name, let isTombstone):
            let version = VersionKey(
                project: project, name: name, sequence: record.header.sequence, location: location,
                isTombstone: isTombstone)
            try scratch.with { [scratch] transaction throws(StoreError) in
                try transaction.put(scratch.versions, version.key, version.value)
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
        try scratch.with { [scratch] transaction throws(StoreError) in
            try transaction.contains(scratch.voids, Self.voidKey(sequence))
        }
    }

    /// Lends all versions of each name that count, the latest last.
    func forEachName(_ body: ([VersionKey]) throws(StoreError) -> Void) throws(StoreError) {
        var group: [VersionKey] = []
        try scratch.forEach(scratch.versions) { key, value throws(StoreError) in
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
