import CacheAPI
import FoundationEssentials
import Logging
import NIOPosix
import OCI
import ServiceLifecycle
import Synchronization
import SystemPackage

/// What builds have reported, by project: one file for each in `history` of the root. What is asked for is kept in memory, what
/// changed is written every minute and when the server stops; a server that dies loses the figures of its last minute, and nothing
/// else depends on them.
final class BuildHistory: Service {
    private struct Entry {
        var history: ProjectHistory
        var isDirty = false
        /// When it was last used; counts up.
        var used: UInt64
    }

    private struct State {
        var entries: [ProjectName: Entry] = [:]
        var uses: UInt64 = 0
    }

    /// How many projects are kept in memory.
    static let projectsMaximum = 200
    /// Where they are in a root.
    private static let directoryName = "history"
    /// How often what changed is written.
    private static let interval = Duration.seconds(60)

    private let directory: FilePath
    private let metrics: ServerMetrics
    private let logger: Logger
    private let state = Mutex(State())
    /// Held while files are written or copied: a copy has no half of them, and what is older is not written last.
    private let files = Mutex(())

    init(of root: FilePath, metrics: ServerMetrics, logger: Logger) {
        directory = root.appending(Self.directoryName)
        self.metrics = metrics
        self.logger = logger
    }

    /// What is known of a project. May read a file.
    func history(of project: ProjectName) -> ProjectHistory {
        use(project) { $0.history }
    }

    /// Adds a build that ended `now`, in seconds since 1970. May read and write files.
    func add(
        _ report: OutcomeReport, savedBytes: UInt64, identity: String?, to project: ProjectName, at now: Int64
    ) {
        use(project) { entry in
            entry.history.add(report, savedBytes: savedBytes, identity: identity, at: now)
            entry.isDirty = true
        }
    }

    private func use<R: Sendable>(_ project: ProjectName, _ body: @Sendable (inout Entry) -> R) -> R {
        let (result, surplus) = state.withLock { state in
            state.uses += 1
            var entry = state.entries[project] ?? Entry(history: read(project), used: 0)
            entry.used = state.uses
            // The dictionary gives it up, so that it is changed where it is and not copied.
            state.entries[project] = nil
            let result = body(&entry)
            state.entries[project] = entry
            return (result, Self.takeSurplus(&state))
        }
        if let surplus, surplus.1.isDirty { files.withLock { _ in write(surplus.1.history, surplus.0) } }
        return result
    }

    private static func takeSurplus(_ state: inout State) -> (ProjectName, Entry)? {
        guard state.entries.count > projectsMaximum,
            let oldest = state.entries.min(by: { $0.value.used < $1.value.used })
        else { return nil }
        state.entries[oldest.key] = nil
        return (oldest.key, oldest.value)
    }

    // MARK: Files

    /// Writes what changed every so often until the server stops, and then the rest.
    func run() async throws {
        while !Task.isShuttingDownGracefully {
            do {
                try await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
            } catch {
                break
            }
            try? await NIOThreadPool.singleton.runIfActive { [self] in save() }
        }
        // Also when the task was cancelled.
        await Task.detached { [self] in try? await NIOThreadPool.singleton.runIfActive { self.save() } }.value
    }

    /// Writes what changed. Blocks.
    func save() {
        files.withLock { _ in writeChanged() }
    }

    private func writeChanged() {
        let dirty = state.withLock { state in
            let dirty = state.entries.filter(\.value.isDirty)
            for project in dirty.keys { state.entries[project]?.isDirty = false }
            return dirty
        }
        for (project, entry) in dirty { write(entry.history, project) }
    }

    /// Writes what builds have reported into another root. Blocks.
    /// - Throws: what the file system says.
    func copy(to root: FilePath) throws {
        try files.withLock { _ in
            writeChanged()
            try Self.copy(of: directory.removingLastComponent(), to: root)
        }
    }

    /// Copies the figures that are on disk from one root to another. Blocks.
    /// - Throws: what the file system says.
    static func copy(of root: FilePath, to target: FilePath) throws {
        let (source, copy) = (root.appending(Self.directoryName), target.appending(Self.directoryName))
        guard FileManager.default.fileExists(atPath: source.string) else { return }
        try FileManager.default.createDirectory(atPath: copy.string, withIntermediateDirectories: true)
        // One by one: the file manager gives what it copies the owner that it had, which a service that may do little may not.
        for name in try FileManager.default.contentsOfDirectory(atPath: source.string) {
            let data = try Data(contentsOf: URL(filePath: source.appending(name).string))
            try data.write(to: URL(filePath: copy.appending(name).string))
        }
    }

    private func path(_ project: ProjectName) -> FilePath { directory.appending("\(project).json") }

    private func read(_ project: ProjectName) -> ProjectHistory {
        let path = path(project).string
        guard let data = FileManager.default.contents(atPath: path) else { return ProjectHistory() }
        do {
            return try JSONDocument.value(ProjectHistory.self, in: data)
        } catch {
            report("what builds have reported cannot be read, and begins anew", path, error)
            return ProjectHistory()
        }
    }

    private func write(_ history: ProjectHistory, _ project: ProjectName) {
        let path = path(project).string
        do {
            try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
            try JSONEncoder.report.encode(history).write(to: URL(filePath: path), options: .atomic)
        } catch {
            report("what builds have reported cannot be written", path, error)
        }
    }

    private func report(_ text: String, _ path: String, _ error: any Error) {
        metrics.count(.history)
        logger.error("\(text)", metadata: ["path": "\(path)", "error": "\(error)"])
    }
}
