import TestSupport
import Testing

@testable import ChunkStore

/// Whatever a loss of power leaves of what was not synced, what was acknowledged is there, and nothing is wrong.
@Suite struct CrashStateTests {
    private static let statesPerHistory = 500

    @Test func everyStateThatACrashCanLeaveIsRight() async throws {
        let start = ContinuousClock.now
        var (states, events, commits, rebuilds, histories) = (0, 0, 0, 0, 0)
        while states < ProofSettings.states {
            let count = min(Self.statesPerHistory, ProofSettings.states - states)
            let plan = CrashStates.Plan(seed: ProofSettings.seed &+ UInt64(histories), operations: 220, states: count)
            let found = try await onThread {
                let crash = try CrashStates(plan)
                try crash.run()
                return (events: crash.eventCount, commits: crash.commits, rebuilds: crash.rebuilds)
            }
            states += count
            events += found.events
            commits += found.commits
            rebuilds += found.rebuilds
            histories += 1
        }
        ProofSettings.report(
            "crash states: \(states) of \(histories) histories, \(events) events, \(commits) commits, "
                + "\(rebuilds) with the index made anew, "
                + "seed \(ProofSettings.seed), \(ContinuousClock.now - start)")
        #expect(states == ProofSettings.states)
        #expect(commits > 100)
    }
}

/// The enumerator finds wrong orders that are planted.
@Suite struct CrashStateCanaryTests {
    @Test(
        arguments: [
            DiskHistory.Flaw.commitBeforeSync, .noSync, .noDirectorySync, .earlyRemoval,
        ])
    func aWrongOrderIsFound(flaw: DiskHistory.Flaw) async throws {
        let right = CrashStates.Plan(seed: 1, operations: 200, states: 150)
        try await onThread { try CrashStates(right).run() }
        var wrong = right
        wrong.flaw = flaw
        do {
            try await onThread { [wrong] in try CrashStates(wrong).run() }
            Issue.record("\(flaw) was not found")
        } catch let failure as ProofFailure {
            print("found \(flaw):", failure)
        }
    }
}
