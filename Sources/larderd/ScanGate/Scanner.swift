import ChunkStore
import Chunking
import FoundationEssentials
import NIOPosix
import OCI
import Synchronization
import SystemPackage

/// Asks the scanner that the settings name about an image.
final class Scanner: Sendable {
    /// On which images are put into directories, which takes as long as they are large: not on those that log-ins and
    /// webhooks need, too.
    private static let threads: NIOThreadPool = {
        let threads = NIOThreadPool(numberOfThreads: 4)
        threads.start()
        return threads
    }()

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

    /// Removes what an earlier process of this root has left, also in the directory of the settings. Blocks.
    func clear(_ directory: FilePath?) {
        let manager = FileManager.default
        try? manager.removeItem(atPath: root.appending("scan").string)
        guard let directory, let names = try? manager.contentsOfDirectory(atPath: directory.string) else { return }
        for name in names where name.hasPrefix(layoutPrefix) {
            try? manager.removeItem(atPath: directory.appending(name).string)
        }
    }

    /// What directories with images are called before their own names; another server's are called otherwise.
    var layoutPrefix: String { "larderd-\(Digest(hashing: Array(root.string.utf8)).hex.prefix(12))-" }

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
            .appending(layoutPrefix + UUID().uuidString.lowercased())
        let store = executor.store
        let isCancelled = Atomic(false)
        let result: Result<ScanVerdict, any Error>
        do {
            try await withTaskCancellationHandler {
                try await Self.threads.runIfActive {
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
            try? await Self.threads.runIfActive {
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
