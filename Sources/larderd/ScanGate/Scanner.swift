import ChunkStore
import FoundationEssentials
import NIOPosix
import OCI
import Synchronization
import SystemPackage

/// Asks the scanner that the settings name about an image.
final class Scanner: Sendable {
    private let root: FilePath
    private let environment: [String: String]
    /// Under which host this server is reached, as far as it knows.
    private let host: String
    private let tokens: RegistryTokens?
    private let service = Mutex<(rule: ScanServiceRule, timeout: Int64, service: ScanService)?>(nil)

    init(_ settings: Settings, tokens: RegistryTokens?) {
        (root, environment, self.tokens) = (settings.root, settings.environment, tokens)
        host = settings.ownHosts.first?.description ?? settings.listen.description
    }

    /// Removes what another process has left. Blocks.
    func clear() throws {
        try? FileManager.default.removeItem(atPath: root.appending("scan").string)
    }

    /// Makes sure that `rules` can be followed. Blocks.
    /// - Throws: ``SettingsError``.
    func check(_ rules: ScanGateRules) throws(SettingsError) {
        switch rules.scanner {
        case .service(let rule): _ = try ScanService(rule, timeout: rules.timeout, environment: environment)
        case .command(let words):
            guard let program = words.first, FileManager.default.isExecutableFile(atPath: program) else {
                throw SettingsError("The scan gate: \(words.first ?? "") is no program that can be run.")
            }
        }
    }

    /// - Throws: ``ScanFailure``; others when the store fails.
    func judge(
        _ entry: QuarantineEntry, _ rules: ScanGateRules, _ executor: StoreExecutor
    ) async throws -> ScanVerdict {
        switch rules.scanner {
        case .command(let words): try await judge(entry, by: words, rules, executor)
        case .service(let rule): try await judge(entry, by: rule, rules, executor)
        }
    }

    private func judge(
        _ entry: QuarantineEntry, by words: [String], _ rules: ScanGateRules, _ executor: StoreExecutor
    ) async throws -> ScanVerdict {
        let directory = (rules.directory ?? root.appending("scan"))
            .appending("larderd-\(UUID().uuidString.lowercased())")
        let store = executor.store
        let isCancelled = Atomic(false)
        let result: Result<ScanVerdict, any Error>
        do {
            // Not on the store's threads: it takes as long as an image is large.
            try await withTaskCancellationHandler {
                try await NIOThreadPool.singleton.runIfActive {
                    let (repository, manifest) = try Self.image(entry, in: store)
                    var layout = ScanLayout(directory, of: repository) { isCancelled.load(ordering: .relaxed) }
                    try layout.write(manifest, tag: entry.tags.first)
                }
            } onCancel: {
                isCancelled.store(true, ordering: .relaxed)
            }
            let command = ScanCommand(words: words, runAs: rules.runAs, timeout: rules.timeout)
            result = .success(try await command.judge(directory, entry.key))
        } catch {
            result = .failure(error)
        }
        // Also when the task was cancelled.
        await Task.detached {
            try? await NIOThreadPool.singleton.runIfActive {
                try? FileManager.default.removeItem(atPath: directory.string)
            }
        }.value
        return try result.get()
    }

    private func judge(
        _ entry: QuarantineEntry, by rule: ScanServiceRule, _ rules: ScanGateRules, _ executor: StoreExecutor
    ) async throws -> ScanVerdict {
        let manifest = try await executor.run { try Self.image(entry, in: $0).1 }
        let name = try RepositoryName(entry.key.repository)
        let token = try await tokens?.issue(
            .scanner, subject: StoredVerdict.author, service: host, access: [RegistryScope(name, [.pull])], end: nil,
            lifetime: Double(rules.timeout + 30))
        let service = try await NIOThreadPool.singleton.runIfActive { [self] in try current(rule, rules.timeout) }
        return try await service.judge(
            ScanService.Order(
                reference: "\(rule.registry ?? host)/\(entry.key)", repository: entry.key.repository,
                digest: entry.key.digest, mediaType: manifest.mediaType, tags: entry.tags,
                authorization: token.map { "Bearer \($0.text)" }))
    }

    private func current(_ rule: ScanServiceRule, _ timeout: Int64) throws -> ScanService {
        try service.withLock { known in
            if let known, known.rule == rule, known.timeout == timeout { return known.service }
            let fresh = try ScanService(rule, timeout: timeout, environment: environment)
            if let old = known?.service { Task { await old.shutdown() } }
            known = (rule, timeout, fresh)
            return fresh
        }
    }

    private static func image(
        _ entry: QuarantineEntry, in store: Store
    ) throws -> (Repository, StoredManifest) {
        guard let digest = OCIDigest(entry.key.digest),
            let repository = try Repository(try RepositoryName(entry.key.repository), in: store),
            let manifest = try repository.manifest(digest)
        else { throw ScanFailure("the image is gone") }
        return (repository, manifest)
    }

    func shutdown() async {
        let service = service.withLock { $0?.service }
        await service?.shutdown()
    }
}
