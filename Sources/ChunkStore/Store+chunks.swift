public import Chunking

extension Store {
    /// Which of `ids` the project does not have, as positions in `ids`, ascending. Those that it has stay for at least
    /// one lease period. O(n log m).
    public func missingChunks(_ ids: [Digest], in project: ProjectID) throws(StoreError) -> [Int] {
        try use { core throws(StoreError) in
            core.leases.hold(chunks: ids)
            let frames = try core.index.read { transaction throws(StoreError) in
                var frames: [Location?] = []
                frames.reserveCapacity(ids.count)
                for id in ids { frames.append(try transaction.chunk(id, of: project)?.frame) }
                return frames
            }
            var missing: [Int] = []
            for (position, frame) in frames.enumerated() {
                if let frame, try core.isSound(ids[position], in: frame) { continue }
                missing.append(position)
            }
            return missing
        }
    }

    /// Begins to take frames into the project.
    public func beginFrames(in project: ProjectID) -> FrameBatch { FrameBatch(self, project) }

    /// Reads the frames that hold the chunks `ids`, in the order in which `ids` first needs them, each frame once
    /// and as it is stored. Chunks that the project does not have make this throw `missingContent`.
    public func frames(holding ids: [Digest], in project: ProjectID) throws(StoreError) -> FrameReader {
        let items = try use { core throws(StoreError) in
            core.leases.hold(chunks: ids)
            return try core.index.read { transaction throws(StoreError) in
                var items: [FrameReader.Item] = []
                var positions: [Location: Int] = [:]
                for id in ids {
                    guard let row = try transaction.chunk(id, of: project) else {
                        throw StoreError(.missingContent, "the project does not have chunk \(id.short); send it first")
                    }
                    if let known = positions[row.frame] {
                        items[known].wanted.append(id)
                    } else {
                        positions[row.frame] = items.count
                        items.append(FrameReader.Item(location: row.frame, wanted: [id]))
                    }
                }
                return items
            }
        }
        return FrameReader(self, project, items)
    }
}
