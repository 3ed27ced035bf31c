internal import Chunking

// Whether an index made anew from the chunk files would have the same blobs and records.
extension Check {
    func compareHistory(_ index: borrowing Transaction) throws(StoreError) {
        let next = try index.nextNumbers()
        if next.sequence <= sequenceMaximum {
            found(.history, "record \(sequenceMaximum) is in a chunk file, but the next is to be \(next.sequence)")
        }
        try catalogue.forEachName { versions throws(StoreError) in
            guard let latest = versions.last, let text = try judge(versions, latest, index) else { return }
            try noteStale(versions, index)
            found(.history, "\(describe(latest.name)) of project \(latest.project.number) \(text)")
        }
    }

    /// Notes which versions must not count, if the index is right.
    private func noteStale(_ versions: [VersionKey], _ index: borrowing Transaction) throws(StoreError) {
        guard let latest = versions.last else { return }
        let location = try location(of: latest, index)
        let current = versions.last { $0.location == location }
        let deleted = versions.last { $0.isTombstone }
        // Of what is there, all that came later; of what is not, all that was not deleted.
        let limit = current?.sequence ?? deleted?.sequence ?? 0
        for version in versions where version.sequence > limit {
            try catalogue.put(catalogue.stale, version.key, version.value)
        }
    }

    private func location(of version: VersionKey, _ index: borrowing Transaction) throws(StoreError) -> Location? {
        switch version.name {
        case .blob(let digest): try index.blob(digest, in: version.project)?.record
        case .record(let table, let key): try index.record(table, version.project, key)?.location
        }
    }

    /// What is wrong with the index's idea of a name; `nil` when nothing is.
    private func judge(
        _ versions: [VersionKey], _ latest: VersionKey, _ index: borrowing Transaction
    ) throws(StoreError) -> String? {
        let location = try location(of: latest, index)
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
