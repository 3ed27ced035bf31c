internal import Chunking

// Whether an index made anew from the chunk files would have the same blobs and records.
extension Check {
    func compareHistory(_ index: borrowing Transaction) throws(StoreError) {
        let next = try index.nextNumbers()
        if next.sequence <= sequenceMaximum {
            found(.history, "record \(sequenceMaximum) is in a chunk file, but the next is to be \(next.sequence)")
        }
        try Versions(scratch).forEachName { versions throws(StoreError) in
            guard let latest = versions.last, let text = try judge(versions, latest, index) else { return }
            found(.history, "\(describe(latest.name)) of project \(latest.project.number) \(text)")
        }
    }

    /// What is wrong with the index's idea of a name; `nil` when nothing is.
    private func judge(
        _ versions: [VersionKey], _ latest: VersionKey, _ index: borrowing Transaction
    ) throws(StoreError) -> String? {
        let location: Location?
        switch latest.name {
        case .blob(let digest): location = try index.blob(digest, in: latest.project)?.record
        case .record(let table, let key): location = try index.record(table, latest.project, key)?.location
        }
        // What was found lost is reported as such.
        if let location, !location.isPresent { return nil }
        if latest.isTombstone {
            return location == nil ? nil : "is there, but its deletion came later"
        }
        guard let location else {
            if try index.partial(at: latest.location) != nil { return nil }
            return "is not there, but was not deleted"
        }
        let places = versions.filter { $0.sequence == latest.sequence }.map(\.location)
        return places.contains(location) ? nil : "is there in another version than the latest"
    }
}
