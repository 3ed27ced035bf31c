internal import Chunking
internal import Compression

// Frames that have become a waste: of which little is needed, or that keep alive what nothing else needs.
extension Packing {
    /// Less waste than this is left alone. Bytes.
    private static let wasteMinimum: UInt64 = 16 << 20
    private static let framesPerPage = 256

    /// Which frames to rewrite.
    private enum Reason {
        /// Less than half of the frame is needed.
        case mostlyDead
        /// It is a difference from something that is kept only for the sake of differences.
        case holdsOthers(ProjectID)
    }

    /// Rewrites what is worth it. What that makes useless is left to the collector.
    mutating func rewrite(_ report: inout PackReport) throws(StoreError) {
        let (counters, projects) = try core.index.read { transaction throws(StoreError) in
            var projects: [(id: ProjectID, counters: ProjectCounters)] = []
            for (_, id) in try transaction.projects() { projects.append((id, try transaction.projectCounters(id))) }
            return (try transaction.counters(), projects)
        }
        let dead = counters.frameRawBytes - min(counters.frameRawBytes, counters.uniqueBytes)
        if dead > max(Self.wasteMinimum, counters.frameRawBytes / 20) {
            try rewriteFrames(.mostlyDead, &report) { false }
        }
        for (project, counters) in projects {
            let limit = UInt64(Double(counters.claimedBytes) * settings.heldShareMaximum)
            guard counters.heldBytes > max(settings.heldBytesMinimum, limit) else { continue }
            let core = core
            try rewriteFrames(.holdsOthers(project), &report) { () throws(StoreError) in
                let now = try core.index.read { transaction throws(StoreError) in
                    try transaction.projectCounters(project)
                }
                return now.heldBytes <= limit / 2
            }
        }
    }

    private mutating func rewriteFrames(
        _ reason: Reason, _ report: inout PackReport, until isEnough: () throws(StoreError) -> Bool
    ) throws(StoreError) {
        var start: [UInt8]? = []
        while let from = start, !shouldStop() {
            let page = try candidates(reason, from: from)
            start = page.next
            for location in page.locations {
                if shouldStop() { return }
                if try isEnough() { return }
                try rewriteFrame(at: location, reason, &report)
            }
        }
    }

    private func candidates(
        _ reason: Reason, from start: [UInt8]
    ) throws(StoreError) -> (locations: [Location], next: [UInt8]?) {
        try core.index.read { transaction throws(StoreError) in
            var locations: [Location] = []
            var next: [UInt8]?
            try transaction.scan(transaction.databases.frames, from: start) { key, value in
                if locations.count == Self.framesPerPage {
                    next = [UInt8](copying: key)
                    return false
                }
                guard let row = FrameRow(value), let location = Location(frameKey: key, row) else { return true }
                switch reason {
                case .mostlyDead: if row.live < row.rawLength / 2 { locations.append(location) }
                case .holdsOthers: if row.isDelta { locations.append(location) }
                }
                return true
            }
            return (locations, next)
        }
    }

    /// Puts what is needed of a frame into frames of its own.
    private mutating func rewriteFrame(
        at location: Location, _ reason: Reason, _ report: inout PackReport
    ) throws(StoreError) {
        guard let (record, frame) = try core.frameRecord(at: location) else { return }
        let owner = FrameBase(project: ProjectID(number: record.header.project), chunks: frame.base)
        if case .holdsOthers(let project) = reason {
            guard owner.project == project, try holdsOthers(owner) else { return }
        }
        var group = PackPlan.Group()
        try core.index.read { transaction throws(StoreError) in
            for chunk in frame.chunks where try transaction.chunk(chunk.id)?.frame == location {
                if case .mostlyDead = reason {
                    group.add(chunk, base: frame.base)
                } else {
                    group.add(chunk, base: [])
                }
            }
        }
        if !group.chunks.isEmpty { try write(group, for: owner.project, &report) }
    }

    private func holdsOthers(_ base: FrameBase) throws(StoreError) -> Bool {
        try core.index.read { transaction throws(StoreError) in
            for chunk in base.chunks {
                if let member = try transaction.member(chunk.id, of: base.project), member.blobs == 0 { return true }
            }
            return false
        }
    }
}

extension Location {
    /// The place that a key of table `frames` names.
    init?(frameKey key: RawSpan, _ row: FrameRow) {
        guard key.byteCount == 8 else { return nil }
        let file = key.integer(at: 0, as: UInt32.self).byteSwapped
        let offset = key.integer(at: 4, as: UInt32.self).byteSwapped
        self.init(file: file, length: row.recordLength, offset: UInt64(offset) * UInt64(RecordHeader.alignment))
    }
}
