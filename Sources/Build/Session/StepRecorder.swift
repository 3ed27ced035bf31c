internal import CacheAPI
internal import Chunking
internal import Dockerfile
internal import Synchronization

/// Records steps on the server, each as soon as all its layers have arrived, while the build goes on.
final class StepRecorder: Sendable {
    /// Steps that copy more files than this do not name each in their record.
    private static let filesMaximum = 10_000

    private let link: ServerLink
    private let commits: LayerCommits
    private let scope: ScopeName
    private let writer: String
    private let replaces: Bool
    private let tasks = Mutex<[Task<Void, Never>]>([])

    /// - Parameter replaces: whether records take the place of earlier ones.
    init(_ link: ServerLink, _ commits: LayerCommits, scope: ScopeName, writer: String, replaces: Bool) {
        self.link = link
        self.commits = commits
        self.scope = scope
        self.writer = writer
        self.replaces = replaces
    }

    /// Sees to it that a step is recorded; returns at once. A step whose key nobody told is not.
    func add(
        _ step: StepGraph.Node, _ answer: GraphAnswer.Step, chain: [Digest], files: [KeyComponent], seconds: Double,
        created: Int64
    ) {
        guard let key = answer.key, let parent = answer.parentKey, link.writing != nil else { return }
        let record = StepRecord(
            key: key, parent: parent, chain: chain,
            components: step.operation.components + (files.count <= Self.filesMaximum ? files : []),
            instruction: step.step.text, seconds: seconds, created: created, scope: scope, writer: writer,
            replaces: replaces)
        let task = Task { [link, commits] in
            guard await commits.areCommitted(chain), let server = link.writing else { return }
            do throws(BuildError) {
                try await server.record(record)
            } catch {
                if !Task.isCancelled { link.refuseWrites(error) }
            }
        }
        tasks.withLock { $0.append(task) }
    }

    /// Waits until all steps are recorded or cannot be.
    func finish() async {
        for task in tasks.withLock({ $0 }) { await task.value }
    }

    /// Breaks off what is not recorded yet.
    func cancel() {
        for task in tasks.withLock({ $0 }) { task.cancel() }
    }
}
