internal import CacheAPI
internal import Chunking
internal import Dockerfile
internal import Synchronization

/// Records steps on the server, each as soon as all its layers have arrived, while the build goes on.
final class StepRecorder: Sendable {
    /// Steps that copy more files than this do not name each in their record.
    private static let filesMaximum = 10_000
    /// How much of an instruction its record tells. Characters.
    private static let instructionMaximum = 4000

    private let link: ServerLink
    private let commits: LayerCommits
    private let scope: ScopeName
    private let writer: String
    private let replaces: Atomic<Bool>
    private let tasks = Mutex<[Task<Void, Never>]>([])
    private let openCount = Atomic<Int>(0)

    /// Whether a step waits to be recorded.
    var isBusy: Bool { openCount.load(ordering: .acquiring) > 0 }

    /// - Parameter replaces: whether records take the place of earlier ones.
    init(_ link: ServerLink, _ commits: LayerCommits, scope: ScopeName, writer: String, replaces: Bool) {
        self.link = link
        self.commits = commits
        self.scope = scope
        self.writer = writer
        self.replaces = Atomic(replaces)
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
            instruction: String(step.step.text.prefix(Self.instructionMaximum)), seconds: seconds, created: created,
            scope: scope, writer: writer,
            replaces: replaces.load(ordering: .relaxed))
        openCount.add(1, ordering: .relaxed)
        let task = Task { [link, commits] in
            defer { self.openCount.subtract(1, ordering: .releasing) }
            guard await commits.areCommitted(chain), let server = link.writing else { return }
            do throws(BuildError) {
                try await server.record(record)
            } catch {
                if !Task.isCancelled { link.refuse(error, "The record of \(record.instruction)") }
            }
        }
        tasks.withLock { $0.append(task) }
    }

    /// From now on records take the place of earlier ones.
    func replace() { replaces.store(true, ordering: .relaxed) }

    /// Waits until all steps are recorded or cannot be.
    func finish() async {
        for task in tasks.withLock({ $0 }) { await task.value }
    }

    /// Breaks off what is not recorded yet.
    func cancel() {
        for task in tasks.withLock({ $0 }) { task.cancel() }
    }
}
