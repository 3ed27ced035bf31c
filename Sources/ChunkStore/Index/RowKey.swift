internal import Chunking

/// The keys of the index's tables. Numbers in keys are big-endian, so that byte order is their order.
enum RowKey {
    static let next = Array("next".utf8)
    static let counters = Array("counters".utf8)
    static let scrub = Array("scrub".utf8)
    /// How much of a chunk's id is in a key of `members`: enough, since the whole one is in `chunks`, and finding a
    /// second id with the same first 16 bytes as a given one is as hard as breaking a key of 128 bits.
    static let memberIDByteCount = 16

    static func number(_ number: UInt32) -> [UInt8] {
        var key: [UInt8] = []
        append(number, to: &key)
        return key
    }

    /// Of table `blobs`.
    static func owned(_ digest: Digest, by project: ProjectID) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(4 + Digest.byteCount)
        append(project.number, to: &key)
        digest.append(to: &key)
        return key
    }

    /// Of table `members`.
    static func member(_ chunk: Digest, of project: ProjectID) -> [UInt8] {
        Array(owned(chunk, by: project).prefix(4 + memberIDByteCount))
    }

    /// Of tables `frames` and `partials`.
    static func place(_ location: Location) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(8)
        append(location.file, to: &key)
        append(UInt32(truncatingIfNeeded: location.offset / UInt64(RecordHeader.alignment)), to: &key)
        return key
    }

    static func record(_ table: RecordTable, _ project: ProjectID, _ key: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(5 + key.count)
        bytes.append(table.rawValue)
        append(project.number, to: &bytes)
        bytes.append(contentsOf: key)
        return bytes
    }

    static let nameTag = UInt8(ascii: "n")
    static let numberTag = UInt8(ascii: "i")
    static let countersTag = UInt8(ascii: "c")

    static func projectName(_ name: [UInt8]) -> [UInt8] { [nameTag] + name }

    static func projectNumber(_ project: ProjectID) -> [UInt8] { [numberTag] + number(project.number) }

    static func projectCounters(_ project: ProjectID) -> [UInt8] { [countersTag] + number(project.number) }

    static func append(_ number: UInt32, to key: inout [UInt8]) {
        for shift in stride(from: UInt32(24), through: 0, by: -8) {
            key.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }
}

/// A key of table `loose`: what nothing refers to.
struct LooseKey: Hashable, Sendable {
    enum Kind: UInt8, Sendable {
        case blob = 0
        case chunk = 1
    }

    let project: ProjectID
    let kind: Kind
    let digest: Digest

    init(project: ProjectID, kind: Kind, digest: Digest) {
        self.project = project
        self.kind = kind
        self.digest = digest
    }

    init?(_ key: RawSpan) {
        guard key.byteCount == 5 + Digest.byteCount, let kind = Kind(rawValue: key.integer(at: 4)),
            let digest = Digest(rawBytes: key, at: 5)
        else { return nil }
        project = ProjectID(number: key.integer(at: 0, as: UInt32.self).byteSwapped)
        self.kind = kind
        self.digest = digest
    }

    var bytes: [UInt8] {
        var key = RowKey.number(project.number)
        key.append(kind.rawValue)
        digest.append(to: &key)
        return key
    }
}

/// A key of table `usage`: records of a project, the least recently used first, and of those used alike first the one
/// that refers to most.
struct UsageKey: Hashable, Sendable {
    let project: ProjectID
    let used: UInt32
    let depth: UInt16
    let table: RecordTable
    let key: [UInt8]

    init(_ project: ProjectID, _ table: RecordTable, _ key: [UInt8], _ row: RecordRow) {
        self.project = project
        used = row.used
        depth = row.depth
        self.table = table
        self.key = key
    }

    init?(_ bytes: RawSpan) {
        guard bytes.byteCount > 11, let table = RecordTable(rawValue: bytes.integer(at: 10)) else { return nil }
        project = ProjectID(number: bytes.integer(at: 0, as: UInt32.self).byteSwapped)
        used = bytes.integer(at: 4, as: UInt32.self).byteSwapped
        depth = ~bytes.integer(at: 8, as: UInt16.self).byteSwapped
        self.table = table
        key = [UInt8](copying: bytes.extracting(droppingFirst: 11))
    }

    var bytes: [UInt8] {
        var bytes = RowKey.number(project.number)
        RowKey.append(used, to: &bytes)
        let inverted = ~depth
        bytes.append(UInt8(truncatingIfNeeded: inverted >> 8))
        bytes.append(UInt8(truncatingIfNeeded: inverted))
        bytes.append(table.rawValue)
        bytes.append(contentsOf: key)
        return bytes
    }
}
