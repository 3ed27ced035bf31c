import Access
import CacheAPI
import ChunkStore
import FoundationEssentials
import Logging
import NIOPosix
import OCI
import ServiceLifecycle
import Synchronization
import SystemPackage

/// Has a scanner judge images before their tags are set. The manifest is stored when it comes; its tags stay where they are until
/// the verdict is there, and until then, or when it is refused, the digest is for administrators and the scanner alone.
final class ScanGate: Service {
    /// What a push is told.
    enum Admission: Hashable, Sendable {
        /// The tags are set.
        case admitted
        /// They will be when the image passes.
        case pending
    }

    struct State {
        /// What is being judged.
        var running: Set<QuarantineEntry.Key> = []
        /// Who waits for what comes of it.
        var waiting: [QuarantineEntry.Key: [UUID: AsyncStream<QuarantineKeeper.Outcome>.Continuation]] = [:]
        var lastTidied = ContinuousClock.now
    }

    /// Configurations of images; others are of artifacts.
    private static let configurations = [MediaType.configuration, MediaType.dockerConfiguration]
    /// After so many failures in a row a push is told, and the scanner is asked less often.
    static let failuresMaximum = 3
    static let tendInterval = Duration.milliseconds(500)
    static let tidyInterval = Duration.seconds(3_600)

    let keeper: QuarantineKeeper
    let executor: StoreExecutor
    let scanner: Scanner
    let metrics: ServerMetrics
    let logger: Logger
    let rules: WatchedFile<ScanGateRules>
    let state = Mutex(State())
    let judgements = DueWork()

    /// That of `settings`; `nil` for none. Blocks.
    /// - Parameters:
    ///   - tokens: makes what a service fetches images with.
    /// - Throws: ``SettingsError`` with the path and the line of what is wrong; ``ServerError``.
    init?(
        _ settings: Settings, _ executor: StoreExecutor, tokens: RegistryTokens?, webhooks: Webhooks?,
        metrics: ServerMetrics, logger: Logger
    ) throws {
        guard let path = settings.scanGate else { return nil }
        (self.executor, self.metrics, self.logger) = (executor, metrics, logger)
        keeper = QuarantineKeeper(
            store: executor.store, quarantine: try Quarantine(in: settings.root), rules: settings.tagRules,
            webhooks: webhooks)
        let scanner = Scanner(settings, tokens: tokens)
        rules = try WatchedFile(path, logger: logger) { bytes throws(AccessError) in
            let rules = try ScanGateRules(parsing: bytes)
            try Self.check(rules, scanner)
            return rules
        }
        scanner.clear(rules.current.directory)
        self.scanner = scanner
        metrics.observe { [quarantine = keeper.quarantine] samples in
            let all = quarantine.all
            for state in [QuarantineEntry.State.pending, .failing, .refused] {
                samples.add(.quarantine, [("state", state.rawValue)], all.count { $0.state == state })
            }
        }
    }

    /// What is set now.
    var current: ScanGateRules { rules.current }

    private static func check(_ rules: ScanGateRules, _ scanner: Scanner) throws(AccessError) {
        do {
            try scanner.check(rules)
        } catch {
            throw AccessError(.invalidRules, "\(error.description.dropLast())")
        }
    }

    // MARK: Pushes

    /// Those of `tags` that are set only when the image has passed: not for caches of BuildKit, which nobody runs and which
    /// change with every build, nor for what is about an image, as signatures and verdicts.
    func held(_ tags: [TagName], of outline: ManifestOutline, in repository: RepositoryName) -> [TagName] {
        guard !outline.isBuildCache, outline.subject == nil,
            outline.config.map({ Self.configurations.contains($0.mediaType) }) ?? true
        else { return [] }
        let rules = current
        return tags.filter { rules.isAbout($0, in: repository) }
    }

    /// Refuses what says that it is a verdict: only the gate writes those.
    /// - Throws: ``RegistryFailure`` `denied`.
    func checkArtifact(_ outline: ManifestOutline, in repository: RepositoryName) throws(RegistryFailure) {
        guard outline.artifactType == StoredVerdict.artifactType else { return }
        throw RegistryFailure(
            .denied,
            "an artifact of type \(StoredVerdict.artifactType) can be pushed by nobody: this server writes verdicts")
    }

    /// Sets `tags` of an image, whose manifest is stored, when it has passed; waits for that if the settings say so.
    /// - Throws: ``RegistryFailure`` `denied` when it is refused, or is not judged in time.
    func admit(_ digest: OCIDigest, tags: [TagName], in name: RepositoryName) async throws -> Admission {
        if tags.isEmpty { return .admitted }
        let author = RequestNotes.author(at: Int64(clamping: WallClock.seconds))
        let key = QuarantineEntry.Key(name, digest)
        let id = UUID()
        let (outcomes, continuation) = AsyncStream<QuarantineKeeper.Outcome>.makeStream(
            bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.waiting[key, default: [:]][id] = continuation }
        defer {
            state.withLock { state in
                state.waiting[key]?[id] = nil
                if state.waiting[key]?.isEmpty == true { state.waiting[key] = nil }
            }
        }
        let known = try await executor.run { [keeper] store in
            guard let project = try Repository(name, in: store)?.project else {
                throw RegistryFailure(.manifestUnknown, "\(key) is gone; push it again")
            }
            return try keeper.enter(
                digest, tags: tags, in: Repository(name, project: project, store: store, author: author),
                at: Int64(clamping: WallClock.seconds))
        }
        if let known { return try Self.admission(known, key) }
        judgements.look()
        let rules = current
        guard rules.mode == .wait else { return .pending }
        let outcome = await Self.first(of: outcomes, within: .seconds(rules.wait))
        guard let outcome else {
            throw RegistryFailure(
                .denied,
                "the scanner has not judged \(key) within \(rules.wait) s: the image is kept, and its tags are set as "
                    + "soon as it passes, unless they are pushed again before")
        }
        return try Self.admission(outcome, key)
    }

    private static func admission(
        _ outcome: QuarantineKeeper.Outcome, _ key: QuarantineEntry.Key
    ) throws(RegistryFailure) -> Admission {
        switch outcome {
        case .admitted: return .admitted
        case .refused(let reason):
            throw RegistryFailure(.denied, "the scanner of this server refuses \(key): \(reason)")
        case .failed(let reason):
            throw RegistryFailure(
                .denied,
                "\(key) is in quarantine, since the scanner of this server fails (\(reason)); its tags are set when it has "
                    + "passed: push again later, or have an administrator decide (larderd quarantine)")
        }
    }

    private static func first(
        of outcomes: AsyncStream<QuarantineKeeper.Outcome>, within time: Duration
    ) async -> QuarantineKeeper.Outcome? {
        await withTaskGroup(of: QuarantineKeeper.Outcome?.self) { group in
            group.addTask { await outcomes.first { _ in true } }
            group.addTask {
                try? await Task.sleep(for: time)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    /// Has `set` set tags that are not held, after which nothing else waits for them any more. Blocks.
    func passing<R: Sendable>(_ tags: [TagName], in repository: RepositoryName, _ set: () throws -> R) throws -> R {
        try keeper.quarantine.taking(Set(tags.map(\.description)), of: repository.description, set).result
    }

    /// Has `delete` delete a tag, or an image with all its tags, and forgets that it waits. Blocks.
    /// - Parameter delete: says whether there was one.
    /// - Returns: that, and whether the tag waited for an image.
    func forgetting(
        _ reference: ManifestReference, in repository: RepositoryName, _ delete: () throws -> Bool
    ) throws -> (isDeleted: Bool, wasAwaited: Bool) {
        let quarantine = keeper.quarantine
        switch reference {
        case .tag(let tag):
            let (isDeleted, wasAwaited) = try quarantine.taking(
                [tag.description], of: repository.description, delete)
            return (isDeleted, wasAwaited)
        case .digest(let digest):
            let isDeleted = try delete()
            if isDeleted { try quarantine.exclusively { try quarantine.remove(.init(repository, digest)) } }
            return (isDeleted, false)
        }
    }

    /// Makes sure that whoever asks may have what `reference` names: not a digest in quarantine that nothing else names.
    /// - Throws: ``RegistryFailure`` `denied`.
    func check(_ reference: ManifestReference, in repository: RepositoryName, _ access: AccessCheck) async throws {
        guard case .digest(let digest) = reference,
            let entry = keeper.quarantine[.init(repository, digest)],
            let owner = ProjectName(owning: repository.description),
            // Whatever the token at hand is for: an administrator's client asks for one that pulls.
            !access.policy.rights(in: owner, of: access.identity).contains(.admin)
        else { return }
        let isNamed = try await executor.run { store in
            guard let own = try Repository(repository, in: store) else { return false }
            return try store.summary(in: .manifest, key: own.key(digest), project: own.project)?.references ?? 0 > 0
        }
        if isNamed { return }
        let reason = entry.reason.map { ": \($0)" } ?? ""
        throw RegistryFailure(
            .denied, "\(entry.key) is in quarantine (\(entry.state.rawValue)\(reason)); administrators can read it")
    }
}
