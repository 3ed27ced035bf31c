internal import Chunking

/// Removes blobs and chunks that nothing refers to and no lease holds.
struct Sweep {
    private static let pageCount = 1024
    private static let chunksPerJob = 512

    let core: Core
    /// Asked between steps.
    let shouldStop: () -> Bool

    /// Goes through all that is loose, once. What becomes loose meanwhile may be left for the next time.
    func run(_ report: inout CollectionReport) throws(StoreError) {
        var last: [UInt8] = []
        while !shouldStop() {
            let page = try page(after: last)
            guard let end = page.last else { return }
            last = end.bytes + [0]
            for key in page where key.kind == .blob {
                if try removeBlob(key.digest, of: key.project) { report.removedBlobs += 1 }
            }
            let chunks = page.filter { $0.kind == .chunk && !core.leases.isHeld(chunk: $0.digest) }
            for start in stride(from: 0, to: chunks.count, by: Self.chunksPerJob) {
                let part = Array(chunks[start..<min(chunks.count, start + Self.chunksPerJob)])
                report.removedChunks += try removeChunks(part)
            }
        }
    }

    private func page(after last: [UInt8]) throws(StoreError) -> [LooseKey] {
        try core.index.read { transaction throws(StoreError) in
            var keys: [LooseKey] = []
            try transaction.scan(transaction.databases.loose, from: last) { key, _ in
                if let key = LooseKey(key) { keys.append(key) }
                return keys.count < Self.pageCount
            }
            return keys
        }
    }

    /// Deletes a blob that no record refers to. Whether it was deleted.
    private func removeBlob(_ digest: Digest, of project: ProjectID) throws(StoreError) -> Bool {
        guard !core.leases.isHeld(digest, of: project) else { return false }
        let row = try core.index.read { transaction throws(StoreError) in try transaction.blob(digest, in: project) }
        guard let row, row.references == 0 else { return false }
        return try core.leases.withoutLease([digest], { Leases.hash($0, project) }) { digests throws(StoreError) in
            digests.isEmpty ? false : try core.deleteBlob(digest, of: project, ifStill: row) { true }
        }
    }

    private func removeChunks(_ keys: [LooseKey]) throws(StoreError) -> Int {
        let bases = try bases(of: keys)
        return try core.leases.withoutLease(keys, { Leases.hash($0.digest, nil) }) { free throws(StoreError) in
            try core.writer.perform(weight: free.count) { batch throws(StoreError) in
                var count = 0
                for key in free {
                    guard try batch.transaction.member(key.digest, of: key.project)?.isLoose == true,
                        try batch.knowsBase(of: key.digest, bases)
                    else { continue }
                    try batch.removeMember(key.digest, of: key.project, bases: bases)
                    count += 1
                }
                return count
            }
        }
    }

    private func bases(of keys: [LooseKey]) throws(StoreError) -> [Location: FrameBase] {
        let frames = try core.index.read { transaction throws(StoreError) in
            var frames: Set<Location> = []
            for key in keys {
                if let row = try transaction.chunk(key.digest), row.frame.isPresent { frames.insert(row.frame) }
            }
            return frames
        }
        return try core.bases(ofFramesAt: frames)
    }
}

extension WriteBatch {
    /// Whether the frame of a chunk can be given up: its base is known, or it has none.
    fileprivate func knowsBase(of id: Digest, _ bases: [Location: FrameBase]) throws(StoreError) -> Bool {
        guard let row = try transaction.chunk(id), row.frame.isPresent,
            try transaction.frame(at: row.frame)?.isDelta == true
        else { return true }
        return bases[row.frame] != nil
    }
}
