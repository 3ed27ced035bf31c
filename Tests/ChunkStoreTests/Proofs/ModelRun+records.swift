import Chunking
import TestSupport

@testable import ChunkStore

extension ModelRun {
    private static let keyCount: UInt8 = 10

    func recordName() -> World.RecordName {
        let table = Self.tables[Int.random(in: 0..<Self.tables.count, using: &random)]
        return World.RecordName(
            project: projectNumber(), table: table, key: [UInt8.random(in: 0..<Self.keyCount, using: &random), 1])
    }

    func putRecord() throws {
        let name = recordName()
        let value = random.bytes(Int.random(in: 0...200, using: &random))
        let policy: RecordPolicy = chance(4) ? .keepFirst : .replace
        let (references, isComplete) = references(for: name)
        note("put \(name) referring to \(references.count), complete: \(isComplete)")
        let old = world.records[name]
        var isWritten = false
        let code = errorCode {
            isWritten = try store.put(
                value, in: name.table, key: name.key, project: projects[name.project], policy: policy,
                references: references)
        }
        if policy == .keepFirst, old != nil {
            try demand(code == nil && !isWritten, "a record that was to be kept was replaced")
        } else if isComplete {
            try demand(code == nil && isWritten, "a record was not written: \(String(describing: code))")
            world.records[name] = World.Record(value: value, references: references, used: clock.now)
        } else {
            try demand(code == .missingContent, "a record refers to what is not there: \(String(describing: code))")
        }
        try checkRecord(name)
    }

    /// What a new record refers to, and whether all of it is there.
    private func references(for name: World.RecordName) -> (references: [Reference], isComplete: Bool) {
        var references: [Reference] = []
        var isComplete = true
        let blobs = world.blobs.filter { $0.project == name.project }.map(\.digest).sorted()
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            if chance(15) {
                let sample = samples.any(&random)
                if !has(name.project, sample.digest) { isComplete = false }
                references.append(.blob(sample.digest))
            } else if let digest = blobs.randomElement(using: &random) {
                references.append(.blob(digest))
            }
        }
        if chance(4) {
            var other = recordName()
            other = World.RecordName(project: name.project, table: other.table, key: other.key)
            if other != name {
                if world.records[other] == nil { isComplete = false }
                references.append(.record(other.table, other.key))
            }
        }
        return (references, isComplete)
    }

    func checkRecord(_ name: World.RecordName) throws {
        let value = try store.record(in: name.table, key: name.key, project: projects[name.project])
        try demand(
            value == world.records[name]?.value,
            "record \(name) is \(value == nil ? "gone" : world.records[name] == nil ? "back" : "another")")
    }

    func getRecord() throws { try checkRecord(recordName()) }

    func listKeys() throws {
        let name = recordName()
        let keys = try store.keys(in: name.table, prefix: [], limit: 1000, project: projects[name.project])
        let expected = world.records.keys.filter { $0.project == name.project && $0.table == name.table }.map(\.key)
        try demand(
            keys == expected.sorted { $0.lexicographicallyPrecedes($1) }, "keys of \(name.table) are \(keys)")
    }

    func deleteRecord() throws {
        let name = recordName()
        // What refers to it would refer to nothing.
        if world.referredRecords.contains(name) { return }
        note("delete \(name)")
        let wasThere = try store.delete(in: name.table, key: name.key, project: projects[name.project])
        try demand(wasThere == (world.records[name] != nil), "record \(name) was there or not")
        world.records[name] = nil
        try checkRecord(name)
    }

    func touchRecord() throws {
        let name = recordName()
        try store.touch(name.table, key: name.key, project: projects[name.project])
        // It is written down with the next collection only, and a crash may come before.
    }
}
