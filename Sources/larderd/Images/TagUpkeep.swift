import Access
import CacheAPI
import ChunkStore
import Chunking
import OCI

/// Deletes the tags that the rules say go by themselves, with the images that nothing else names then, and names of blobs
/// in other algorithms that nothing needs, and notes about tags that are gone. Blocks; one at a time.
struct TagUpkeep {
    private static let pageCount = 1_000

    /// What was deleted.
    struct Report: Codable, Hashable, Sendable {
        /// Tags that went by a rule of retention.
        var tags = 0
        /// Images and other records that only they named.
        var records = 0

        static func += (left: inout Report, right: Report) {
            left.tags += right.tags
            left.records += right.records
        }
    }

    let store: Store
    let rules: TagRules
    /// How long what was used last stays, whatever the rules say. Seconds.
    let leasePeriod: UInt64
    /// Tells of what goes; `nil` for nobody.
    var events: RemovalEvents?
    /// Asked between small steps.
    let shouldStop: () -> Bool

    /// Goes through everything once. O(records of other digests and of merged caches), with rules O(tags) as well.
    func run() throws -> Report {
        var report = Report()
        try store.noteUse()
        for project in try store.projects() {
            for table in [RecordTable.digest, .buildCache] { try dropUnnamed(in: table, of: project.id, &report) }
            guard !rules.retention.isEmpty else { continue }
            for name in try repositories(of: project.id) where !shouldStop() {
                try expireTags(of: Repository(name, project: project.id, store: store), &report)
            }
        }
        return report
    }

    private func repositories(of project: ProjectID) throws -> [RepositoryName] {
        var names: [RepositoryName] = []
        var last: String?
        while !shouldStop() {
            let page = try Repository.names(in: project, of: store, after: last, limit: Self.pageCount)
            names += page.compactMap { try? RepositoryName($0) }
            guard let end = page.last else { break }
            last = end
        }
        return names
    }

    private func expireTags(of repository: Repository, _ report: inout Report) throws {
        let name = repository.name.description
        let rules = rules.retention.filter { $0.tags.repository.matches(name.utf8) }
        guard !rules.isEmpty else { return }
        let now = try store.now
        func expired(_ candidates: [RetentionRule.Candidate]) -> Set<String> {
            rules.reduce(into: []) { $0.formUnion($1.expired(among: candidates, of: name, now: now)) }
        }
        // The index alone tells whether anything goes; what, only the records tell exactly.
        var candidates = try self.candidates(in: repository)
        guard !expired(candidates).isEmpty else { return }
        candidates = try candidates.map { try exact($0, in: repository) }
        let gone = expired(candidates)
        for candidate in candidates where gone.contains(candidate.tag) && !shouldStop() {
            // Who was just told where the tag points is about to fetch what it points at.
            guard candidate.latest + leasePeriod <= now, let tag = try? TagName(candidate.tag) else { continue }
            let key = repository.key(tag)
            let record = try store.record(in: .tag, key: key, project: repository.project)
            guard
                try store.deleteUnreferenced(
                    in: .tag, key: key, project: repository.project, unusedFor: 0)
            else { continue }
            report.tags += 1
            events?.note(.tag, key, record, repository.project)
            guard let target = record.flatMap({ TagTarget(decoding: $0)?.digest }) else { continue }
            try drop(.record(.manifest, repository.key(target)), of: repository.project, &report)
        }
    }

    /// The tags that may go, with what the index knows of their use.
    private func candidates(in repository: Repository) throws -> [RetentionRule.Candidate] {
        var found: [RetentionRule.Candidate] = []
        var last: [UInt8]?
        while !shouldStop() {
            let page = try store.summaries(
                in: .tag, prefix: repository.key([]), after: last, limit: Self.pageCount, project: repository.project)
            for summary in page {
                let tag = String(decoding: repository.rest(of: summary.key), as: UTF8.self)
                guard !rules.isImmutable(tag, in: repository.name.description) else { continue }
                found.append(.init(tag: tag, used: summary.used, pushed: 0))
            }
            guard let end = page.last else { break }
            last = end.key
        }
        return found
    }

    /// The same with the time when the tag was put where it is.
    private func exact(
        _ candidate: RetentionRule.Candidate, in repository: Repository
    ) throws -> RetentionRule.Candidate {
        let key = repository.key(Array(candidate.tag.utf8))
        let target = try store.record(in: .tag, key: key, project: repository.project)
            .flatMap { TagTarget(decoding: $0) }
        return .init(tag: candidate.tag, used: candidate.used, pushed: target?.pushed ?? 0)
    }

    /// Deletes what is of no use by itself once nothing names it, and then the same of what it named.
    private func drop(_ reference: Reference, of project: ProjectID, _ report: inout Report) throws {
        guard case .record(let table, let key) = reference else { return }
        let value = events == nil ? nil : try store.record(in: table, key: key, project: project)
        let named = try store.references(in: table, key: key, project: project)
        guard try store.deleteUnreferenced(in: table, key: key, project: project, unusedFor: 0) else { return }
        report.records += 1
        events?.note(table, key, value, project)
        for reference in named { try drop(reference, of: project, &report) }
    }

    /// Deletes what is of no use by itself.
    private func dropUnnamed(
        in table: RecordTable, of project: ProjectID, _ report: inout Report
    ) throws {
        var last: [UInt8]?
        while !shouldStop() {
            let page = try store.summaries(
                in: table, prefix: [], after: last, limit: Self.pageCount, project: project)
            for summary in page where summary.references == 0 {
                let key = summary.key
                if try store.deleteUnreferenced(in: table, key: key, project: project, unusedFor: 0) {
                    report.records += 1
                }
            }
            guard let end = page.last else { return }
            last = end.key
        }
    }
}
