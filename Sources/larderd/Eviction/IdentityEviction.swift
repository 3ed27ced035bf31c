import CacheAPI
import ChunkStore
import Chunking
import OCI

/// Removes everything that one identity wrote. Blocks; O(records of the projects). What is written while it runs may stay:
/// the identity's rights are to be taken away before.
///
/// Layers and blobs are named by their content, so they are what they are whoever sent them; what only removed records named is
/// collected later.
struct IdentityEviction {
    private static let pageCount = 1_000

    let store: Store
    let order: EvictionOrder
    /// Tells of what goes; `nil` for nobody.
    var events: RemovalEvents?
    /// What is held until it was judged; `nil` for nothing.
    var quarantine: Quarantine?

    /// Goes through all projects, or the one of the order.
    func run() throws -> EvictionReport {
        var report = EvictionReport()
        report.isTrial = order.isTrial
        for project in try store.projects() {
            if let only = order.project, only.description != project.name { continue }
            var found = EvictionReport.Project(project: project.name)
            try evictSteps(of: project.id, &found)
            try evictTrails(of: project.id, &found)
            let manifests = try evictManifests(of: project.id, &found)
            try evictTags(of: project.id, pointingAt: manifests, &found)
            try evictAwaitedTags(of: project.name, &found)
            if found.count > 0 { report.projects.append(found) }
        }
        events?.flush()
        return report
    }

    // MARK: Steps

    private func evictSteps(of project: ProjectID, _ found: inout EvictionReport.Project) throws {
        try forEach(.step, of: project) { key, value in
            guard let step = try? StepRecord(decoding: value, withComponents: false), order.applies(to: step.author)
            else { return }
            let isMount = step.key == step.parent
            found.steps += isMount ? 0 : 1
            found.cacheMounts += isMount ? 1 : 0
            // First, since a look-up notes none of a step that is gone.
            try remove(.step, key, of: project)
            for alias in try store.keys(in: .alias, prefix: key, limit: .max, project: project) {
                found.aliases += 1
                try remove(.alias, alias, of: project)
            }
        }
    }

    private func evictTrails(of project: ProjectID, _ found: inout EvictionReport.Project) throws {
        try forEach(.lineage, prefix: StepLedger.trailPrefix, of: project) { key, value in
            var trail = StepTrail(decoding: value)
            guard trail.remove(where: { order.applies(to: $0.author) }) else { return }
            found.trails += 1
            guard !order.isTrial else { return }
            if trail.marks.isEmpty {
                try remove(.lineage, key, of: project)
            } else {
                _ = try store.put(trail.encoded, in: .lineage, key: key, project: project)
            }
        }
    }

    // MARK: Images

    /// The keys of the manifests that were removed.
    private func evictManifests(
        of project: ProjectID, _ found: inout EvictionReport.Project
    ) throws -> Set<[UInt8]> {
        var gone: Set<[UInt8]> = []
        try forEach(.manifest, of: project) { key, value in
            guard let digest = OCIDigest(tagged: Self.parts(of: key).rest),
                let manifest = try? StoredManifest(decoding: value, algorithm: digest.algorithm),
                order.applies(to: manifest.author)
            else { return }
            gone.insert(key)
        }
        // A cache that is merged has something of everybody who pushed to it.
        try forEach(.buildCache, of: project) { key, value in
            guard let use = BuildCacheUse(decoding: value), use.authors.contains(where: order.applies) else { return }
            let name = Self.parts(of: key).name
            for digest in use.superseded + (use.isMade ? [use.served] : []) {
                let manifest = name + [0] + digest.tagged
                if try store.summary(in: .manifest, key: manifest, project: project) != nil { gone.insert(manifest) }
            }
            try remove(.buildCache, key, of: project)
        }
        for key in gone {
            found.manifests += 1
            try remove(.manifest, key, of: project)
        }
        try forEach(.referrer, of: project) { key, _ in
            let (name, rest) = Self.parts(of: key)
            guard let subject = OCIDigest(tagged: rest),
                gone.contains(name + [0] + rest.dropFirst(subject.tagged.count))
            else { return }
            try remove(.referrer, key, of: project)
        }
        return gone
    }

    private func evictTags(
        of project: ProjectID, pointingAt manifests: Set<[UInt8]>, _ found: inout EvictionReport.Project
    ) throws {
        try forEach(.tag, of: project) { key, value in
            guard let target = TagTarget(decoding: value) else { return }
            let manifest = Self.parts(of: key).name + [0] + target.digest.tagged
            guard order.applies(to: target.author) || manifests.contains(manifest) else { return }
            found.tags += 1
            try remove(.tag, key, of: project)
        }
    }

    /// Those that were to be set when an image has passed, whoever had pushed it before.
    private func evictAwaitedTags(of project: String, _ found: inout EvictionReport.Project) throws {
        guard let quarantine else { return }
        for entry in quarantine.all where ProjectName(owning: entry.key.repository)?.description == project {
            let tags = entry.tags.filter { order.applies(to: entry.authors[$0]) }
            found.tags += tags.count
            guard !order.isTrial, !tags.isEmpty else { continue }
            _ = try quarantine.exclusively { try quarantine.take(Set(tags), of: entry.key.repository) }
        }
    }

    // MARK: Records

    private func remove(_ table: RecordTable, _ key: [UInt8], of project: ProjectID) throws {
        guard !order.isTrial else { return }
        let value = events == nil ? nil : try store.record(in: table, key: key, project: project)
        if try store.delete(in: table, key: key, project: project) { events?.note(table, key, value, project) }
    }

    private func forEach(
        _ table: RecordTable, prefix: [UInt8] = [], of project: ProjectID, _ body: ([UInt8], [UInt8]) throws -> Void
    ) throws {
        var last: [UInt8]?
        while true {
            let keys = try store.keys(
                in: table, prefix: prefix, after: last, limit: Self.pageCount, project: project)
            for key in keys {
                if let value = try store.record(in: table, key: key, project: project) { try body(key, value) }
            }
            guard let end = keys.last else { return }
            last = end
        }
    }

    /// What stands before and behind the zero byte of a key.
    private static func parts(of key: [UInt8]) -> (name: [UInt8], rest: [UInt8]) {
        let name = Array(key.prefix { $0 != 0 })
        return (name, Array(key.dropFirst(name.count + 1)))
    }
}
