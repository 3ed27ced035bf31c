internal import Chunking

/// A key of a check's table `versions`: a record of something that has a name, as the chunk files have it. All versions of
/// one name follow each other, the latest last.
struct VersionKey {
    let project: ProjectID
    let name: Reference
    let sequence: UInt64
    let location: Location
    let isTombstone: Bool

    init(project: ProjectID, name: Reference, sequence: UInt64, location: Location, isTombstone: Bool) {
        self.project = project
        self.name = name
        self.sequence = sequence
        self.location = location
        self.isTombstone = isTombstone
    }

    /// Reads a row.
    init?(_ key: [UInt8], _ value: [UInt8]) {
        guard key.count >= 7 + 16, value.count == 5 else { return nil }
        func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        let count = Int(number(key[5..<7]))
        guard key.count == 7 + count + 16 else { return nil }
        project = RowKey.project(of: key)
        let content = Array(key[7..<(7 + count)])
        if key[4] == 0 {
            guard let digest = unsafe Digest(rawBytes: content.span.bytes) else { return nil }
            name = .blob(digest)
        } else {
            guard let table = RecordTable(rawValue: key[4]) else { return nil }
            name = .record(table, content)
        }
        let rest = key[(7 + count)...]
        let start = rest.startIndex
        sequence = number(rest[start..<(start + 8)])
        location = Location(
            file: UInt32(number(rest[(start + 8)..<(start + 12)])), length: UInt32(number(value[0..<4])),
            offset: number(rest[(start + 12)..<(start + 16)]) * UInt64(RecordHeader.alignment))
        isTombstone = value[4] != 0
    }

    /// What the keys of all versions of a name begin with.
    static func prefix(_ project: ProjectID, _ name: Reference) -> [UInt8] {
        var key = RowKey.number(project.number)
        let content: [UInt8]
        switch name {
        case .blob(let digest):
            key.append(0)
            content = digest.rawBytes
        case .record(let table, let bytes):
            key.append(table.rawValue)
            content = bytes
        }
        // Its length goes first, so that no name is the beginning of another.
        key.append(UInt8(truncatingIfNeeded: content.count >> 8))
        key.append(UInt8(truncatingIfNeeded: content.count))
        return key + content
    }

    var key: [UInt8] {
        var key = Self.prefix(project, name)
        RowKey.append(UInt32(truncatingIfNeeded: sequence >> 32), to: &key)
        RowKey.append(UInt32(truncatingIfNeeded: sequence), to: &key)
        return key + RowKey.place(location)
    }

    var value: [UInt8] {
        var value: [UInt8] = []
        RowKey.append(location.length, to: &value)
        value.append(isTombstone ? 1 : 0)
        return value
    }
}
