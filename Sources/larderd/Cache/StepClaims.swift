import CacheAPI
import Chunking
import ServiceLifecycle
import Synchronization

/// The claims on steps of all projects while the server runs. They are in memory: after a start there are none, and the
/// worst that follows is that a step is built twice.
final class StepClaims: Sendable {
    /// How often a request that waits looks whether it may go on.
    private static let interval = Duration.milliseconds(100)

    private let table = Mutex(ClaimTable())
    private let start = ContinuousClock.now

    /// How many steps are claimed, by builds that may have died.
    var count: Int { table.withLock { $0.count } }

    /// The builds of `project` that have not ended, in scopes that `reads` allows; the one that runs for longest first.
    func running(in project: ProjectName, reads: (ScopeName) -> Bool) -> [BuildsAnswer.Running] {
        let now = now
        return table.withLock { $0.builds(in: project, at: now) }.filter { reads($0.scope) }.map { build in
            BuildsAnswer.Running(
                writer: build.writer, scopes: [build.scope.description], steps: build.count,
                seconds: max(0, now - build.since))
        }.sorted { $0.seconds > $1.seconds }
    }

    /// Seconds since the server began.
    private var now: Double { (ContinuousClock.now - start) / .seconds(1) }

    /// Claims what the asking build has to build by `answer`, and marks what others build: in the scopes that it may write
    /// and read.
    /// - Returns: whether a step is claimed that was not before.
    func assign(_ answer: inout GraphAnswer, _ query: GraphQuery, _ access: ProjectAccess) -> Bool {
        guard let claim = query.claim, let scope = query.scopes.first else { return false }
        let project = access.project
        let (scopes, mayClaim) = (query.scopes.filter(access.reads), access.writes(scope))
        let (own, now) = (ClaimTable.BuilderID(project: project, id: claim.id), now)
        var steps = answer.steps
        let isNew = table.withLock { table in
            let demand = GraphDemand(query) { index in
                let step = steps[index]
                if step.verdict == .hit, step.chain != nil { return true }
                guard claim.waits, step.isRenewed != true, let key = step.key, !claim.begun.contains(key),
                    let holder = table.holder(
                        of: key, project: project, scopes: scopes, but: own, at: now)
                else { return false }
                steps[index].verdict = .building
                steps[index].builder = holder.writer
                steps[index].claimedFor = max(0, now - holder.since)
                return true
            }
            guard mayClaim else {
                _ = table.claim([], keeping: [], for: own, writer: claim.writer, scope: scope, at: now)
                return false
            }
            func place(_ key: Digest) -> ClaimTable.Place {
                ClaimTable.Place(project: project, scope: scope, key: key)
            }
            let wanted = steps.indices.filter { demand.isNeeded[$0] && steps[$0].verdict == .miss }
                .compactMap { steps[$0].key }
            return !table.claim(
                wanted.map(place), keeping: claim.begun.map(place), for: own, writer: claim.writer, scope: scope,
                at: now
            ).isEmpty
        }
        answer.steps = steps
        return isNew
    }

    /// A step was recorded.
    func release(_ record: StepRecord, _ project: ProjectName) {
        table.withLock { $0.release(ClaimTable.Place(project: project, scope: record.scope, key: record.key)) }
    }

    /// A build gives steps back.
    func release(_ release: ClaimRelease, _ project: ProjectName) {
        table.withLock { $0.release(release.keys, of: ClaimTable.BuilderID(project: project, id: release.id)) }
    }

    /// A build has ended.
    func end(_ id: String, _ project: ProjectName) {
        table.withLock { $0.release(nil, of: ClaimTable.BuilderID(project: project, id: id)) }
    }

    /// A build goes on.
    func renew(_ id: String, _ project: ProjectName) {
        let now = now
        table.withLock { $0.renew(ClaimTable.BuilderID(project: project, id: id), at: now) }
    }

    /// Waits until nobody builds a step any more, for a time, or until the server is to stop.
    func wait(_ wait: ClaimWait, _ project: ProjectName) async throws -> ClaimState {
        let own = ClaimTable.BuilderID(project: project, id: wait.id)
        let deadline = now + min(max(0, wait.seconds), ClaimWait.secondsMaximum)
        while true {
            let now = now
            let holder = table.withLock {
                $0.holder(of: wait.key, project: project, scopes: wait.scopes, but: own, at: now)
            }
            guard let holder else { return ClaimState(builder: nil) }
            guard now < deadline, !Task.isShuttingDownGracefully else { return ClaimState(builder: holder.writer) }
            try await Task.sleep(for: Self.interval)
        }
    }
}
