internal import CacheAPI
internal import Chunking
internal import Dockerfile
internal import Synchronization

/// Records steps on the server, each as soon as all its layers have arrived, while the build goes on.
final class StepRecorder: Sendable {
    /// How much of an instruction its record tells. Characters.
    private static let instructionMaximum = 4000

    private let link: ServerLink
    private let commits: LayerCommits
    private let claims: BuildClaims
    private let prepared: PreparedBuild
    private let components: StepComponents
    private let subject: String
    private let scope: ScopeName
    private let writer: String
    private let project: ProjectName
    private let signingKey: SigningKey?
    private let replaces = Atomic(false)
    private let tasks = Mutex<[Task<Void, Never>]>([])
    private let openCount = Atomic<Int>(0)

    /// Whether a step waits to be recorded.
    var isBusy: Bool { openCount.load(ordering: .acquiring) > 0 }

    /// - Parameter subject: what is built (see ``MissReasons/subject``).
    init(
        _ link: ServerLink, _ commits: LayerCommits, _ claims: BuildClaims, _ prepared: PreparedBuild,
        _ components: StepComponents, _ request: BuildRequest, subject: String
    ) {
        self.link = link
        self.commits = commits
        self.claims = claims
        self.prepared = prepared
        self.components = components
        (scope, writer) = (request.scope, request.writer)
        (project, signingKey) = (request.project, request.signingKey)
        self.subject = subject
    }

    /// Sees to it that a step is recorded; returns at once. A step whose key nobody told is not.
    func add(_ index: Int, _ answer: GraphAnswer.Step, chain: [Digest], seconds: Double, created: Int64) {
        guard let key = answer.key, let parent = answer.parentKey, link.writing != nil else {
            return claims.giveUp(answer.key)
        }
        var record = StepRecord(
            key: key, parent: parent, chain: chain, components: components[index],
            instruction: String(prepared.graph.nodes[index].step.text.prefix(Self.instructionMaximum)),
            seconds: seconds, created: created, scope: scope, writer: writer,
            replaces: replaces.load(ordering: .relaxed) || answer.isRenewed == true,
            lineage: prepared.lineage(of: index, subject: subject),
            read: prepared.graph.nodes[index].isLinked ? [] : prepared.graph.read(of: index))
        if let signingKey {
            record.signature = RecordSignature(RecordStatement(record, in: project), with: signingKey)
        }
        openCount.add(1, ordering: .relaxed)
        let task = Task { [link, commits, claims, record] in
            defer { self.openCount.subtract(1, ordering: .releasing) }
            guard await commits.areCommitted(chain), let server = link.writing else { return claims.giveUp(key) }
            do throws(BuildError) {
                try await server.record(record)
                claims.finish(key)
            } catch {
                claims.giveUp(key)
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
