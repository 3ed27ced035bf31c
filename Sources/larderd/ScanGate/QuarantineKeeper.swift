import Access
import CacheAPI
import ChunkStore
import OCI

/// What an administrator decides of an image in quarantine: `larderd quarantine release` and `refuse`.
struct QuarantineOrder: Codable, Hashable, Sendable {
    let key: QuarantineEntry.Key
    let verdict: ScanVerdict.Result
    var reason: String?
}

/// Puts images into quarantine and lets them out. All calls block.
struct QuarantineKeeper: Sendable {
    /// What came of it.
    enum Outcome: Hashable, Sendable {
        /// The tags are set.
        case admitted
        /// They are not, and will not be.
        case refused(String)
        /// They are not, since the scanner fails.
        case failed(String)
    }

    /// Who an administrator's verdict is of.
    static let administrator = "administrator"

    let store: Store
    let quarantine: Quarantine
    let rules: TagRules
    /// Who is told; `nil` for nobody.
    let webhooks: Webhooks?

    /// Puts an image in, or lets it through when a verdict about it is known.
    /// - Returns: what came of it; `nil` when it is to be judged.
    /// - Throws: ``RegistryFailure`` when a tag may not be moved.
    func enter(
        _ digest: OCIDigest, tags: [TagName], in repository: Repository, at now: Int64
    ) throws -> Outcome? {
        for tag in tags { try repository.checkMove(of: tag, to: digest, rules) }
        var entry = QuarantineEntry(
            .init(repository.name, digest), tags: tags.map(\.description), since: now, author: repository.author)
        let known = try StoredVerdict.known(about: digest, in: repository, at: now)
        if let known, known.verdict.verdict == .refuse {
            (entry.state, entry.reason) = (.refused, known.verdict.summary)
        }
        try quarantine.exclusively { try quarantine.enter(entry) }
        guard let known else { return nil }
        return known.verdict.verdict == .pass ? try settle(entry.key, nil) : .refused(known.verdict.summary)
    }

    /// Lets an image out whose verdict is known, or that passes without one, or keeps it for good.
    /// - Parameters:
    ///   - verdict: a new one, which is kept beside the image; `nil` to let it pass.
    ///   - isFinal: whether an administrator gives it.
    func settle(_ key: QuarantineEntry.Key, _ verdict: StoredVerdict?, isFinal: Bool = false) throws -> Outcome {
        try quarantine.exclusively {
            guard let entry = quarantine[key] else { return .admitted }
            // An administrator decided while the scanner was at it.
            if entry.state == .refused, !isFinal { return .refused(entry.reason ?? "it gave no reason") }
            guard let digest = OCIDigest(key.digest), let name = try? RepositoryName(key.repository),
                let project = try Repository(name, in: store)?.project
            else {
                try quarantine.remove(key)
                return .failed("the image is gone; push it again")
            }
            let repository = Repository(name, project: project, store: store, author: entry.author)
            guard let manifest = try repository.manifest(digest) else {
                try quarantine.remove(key)
                return .failed("the image is gone; push it again")
            }
            if let verdict { try verdict.keep(about: manifest, in: repository) }
            var events = verdict.map { [RegistryEvent.judged(manifest, $0.verdict, entry)] } ?? []
            defer { webhooks?.announce(events) }
            if let verdict, verdict.verdict.verdict == .refuse {
                try quarantine.update(key) { ($0.state, $0.reason) = (.refused, verdict.verdict.summary) }
                return .refused(verdict.verdict.summary)
            }
            let outcome = try setTags(of: entry, manifest, in: name, of: project, &events)
            try quarantine.remove(key)
            return outcome
        }
    }

    private func setTags(
        of entry: QuarantineEntry, _ manifest: StoredManifest, in name: RepositoryName, of project: ProjectID,
        _ events: inout [RegistryEvent]
    ) throws -> Outcome {
        var refusal: String?
        for text in entry.tags {
            guard let tag = try? TagName(text) else { continue }
            let author = entry.authors[text]
            let repository = Repository(name, project: project, store: store, author: author)
            let before = try repository.digest(taggedAs: tag)
            do {
                try repository.move(tag, to: manifest.digest, rules)
            } catch let failure as RegistryFailure {
                // Another image came first to a tag that stays.
                refusal = failure.description
                continue
            }
            events.append(
                .set(
                    tag, to: manifest.digest, mediaType: manifest.mediaType, before: before, in: name, by: author))
        }
        return refusal.map { .refused($0) } ?? .admitted
    }

    /// Carries out what an administrator decides.
    /// - Returns: how the image stands then; `nil` when it is out.
    /// - Throws: ``APIFailure`` `badRequest` when it is not in quarantine.
    func carryOut(_ order: QuarantineOrder, lifetime: Int64, at now: Int64) throws -> QuarantineEntry? {
        guard quarantine[order.key] != nil else {
            throw APIFailure(
                .badRequest, "\(order.key) is not in quarantine; see `larderd quarantine list`.")
        }
        let verdict = ScanVerdict(order.verdict, reason: order.reason, scanner: Self.administrator)
        let outcome = try settle(
            order.key, StoredVerdict(verdict: verdict, time: now, expires: now + lifetime), isFinal: true)
        if case .failed(let reason) = outcome { throw APIFailure(.badRequest, "\(order.key): \(reason)") }
        if case .refused(let reason) = outcome, order.verdict == .pass { throw APIFailure(.badRequest, reason) }
        return quarantine[order.key]
    }

    /// Forgets images that are not here any more.
    func tidy() throws {
        for entry in quarantine.all {
            guard let digest = OCIDigest(entry.key.digest), let name = try? RepositoryName(entry.key.repository),
                let repository = try Repository(name, in: store),
                try store.summary(in: .manifest, key: repository.key(digest), project: repository.project) != nil
            else {
                try quarantine.exclusively { try quarantine.remove(entry.key) }
                continue
            }
        }
    }
}
