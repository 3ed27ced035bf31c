import HitRates
import Testing

/// Each test is a history whose hits are plain to see from how the cache works.
@Suite struct ReplayTests {
    @Test(arguments: PolicyName.allCases.filter { $0 != .none })
    func whatDoesNotChangeIsExecutedOnce(_ policy: PolicyName) {
        var sketch = Sketch()
        for _ in 0..<3 { sketch.commit(.run("install"), .copy("src", version: 1), .run("make")) }
        #expect(Replay.executed(sketch, policy) == 3)
    }

    @Test func withoutCacheEverythingIsExecuted() {
        var sketch = Sketch()
        for _ in 0..<3 { sketch.commit(.run("install"), .copy("src", version: 1)) }
        #expect(Replay.executed(sketch, .none) == 6)
    }

    @Test(arguments: PolicyName.allCases.filter { $0 != .none })
    func aChangedFileChangesWhatStandsOnIt(_ policy: PolicyName) {
        var sketch = Sketch()
        sketch.commit(.run("install"), .copy("src", version: 1), .run("make"))
        sketch.commit(.run("install"), .copy("src", version: 2), .run("make"))
        #expect(Replay.executed(sketch, policy) == 5)
    }

    /// A LABEL in front: a step like any other for buildah and kaniko, in no key of BuildKit's or Larder's.
    @Test(arguments: [
        (PolicyName.buildah, 4), (.kaniko, 4), (.localDaemon, 2), (.registryMax, 2), (.inline, 2), (.larder, 2),
    ])
    func aLabelCountsForSome(_ policy: PolicyName, _ expected: Int) {
        var sketch = Sketch()
        sketch.commit(.config("LABEL a=1"), .run("install"), .run("make"))
        sketch.commit(.config("LABEL a=2"), .run("install"), .run("make"))
        #expect(Replay.executed(sketch, policy) == expected)
    }

    /// Back to what was there two commits ago: gone from a tag that holds the graph of the last build.
    @Test(arguments: [
        (PolicyName.registryMax, 3), (.registryMaxMerged, 2), (.localDaemon, 2), (.larder, 2), (.kaniko, 2),
        (.buildah, 2),
    ])
    func aTagHoldsTheLastGraphOnly(_ policy: PolicyName, _ expected: Int) {
        var sketch = Sketch()
        for version in [1, 2, 1] { sketch.commit(.copy("src", version: version)) }
        #expect(Replay.executed(sketch, policy) == expected)
    }

    /// Of two stages the second changes its file: `min` keeps no layers of the first, which is read, but its key.
    @Test(arguments: [(PolicyName.registryMin, 4), (.registryMax, 4), (.larder, 4)])
    func aStageThatDidNotChangeIsNotNeeded(_ policy: PolicyName, _ expected: Int) {
        var sketch = Sketch()
        for version in [1, 2] {
            sketch.commit([
                .init(lines: [.run("compile")]),
                .init(lines: [.copyFrom(0, "/bin"), .copy("src", version: version)]),
            ])
        }
        #expect(Replay.executed(sketch, policy) == expected)
    }

    /// The read stage gets one more step at its end: `min` has no layers of what is below that.
    @Test(arguments: [(PolicyName.registryMin, 5), (.registryMax, 4), (.larder, 4)])
    func aStageThatChangedIsMadeFromItsLayers(_ policy: PolicyName, _ expected: Int) {
        var sketch = Sketch()
        sketch.commit([.init(lines: [.run("compile")]), .init(lines: [.copyFrom(0, "/bin")])])
        sketch.commit([.init(lines: [.run("compile"), .run("strip")]), .init(lines: [.copyFrom(0, "/bin")])])
        #expect(Replay.executed(sketch, policy) == expected)
    }

    /// The last of three RUNs fails, then the job is repeated.
    @Test(arguments: [(PolicyName.registryMax, 6), (.larder, 4), (.localDaemon, 4), (.kaniko, 4), (.buildah, 4)])
    func whatAFailedBuildFinishedIsKeptBySome(_ policy: PolicyName, _ expected: Int) {
        var sketch = Sketch()
        sketch.commit(.run("a"), .run("b"), .run("c"))
        let executed = Replay.executed(sketch, policy) { replay in
            replay.workload.failureRate = 1
            // The seed draws the last third.
            replay.workload.seed =
                (0...1000).first { seed in
                    replay.workload.seed = seed
                    return (replay.workload.slots(builds: 1)[0][0].failsAt ?? 0) > 0.7
                } ?? 0
        }
        #expect(executed == expected)
    }

    /// Built on a branch, then on the default branch after the merge.
    @Test(arguments: [
        (PolicyName.larder, 1), (.larderNoPromotion, 2), (.larderNoScopes, 1), (.registryMax, 2), (.localDaemon, 1),
    ])
    func aMergedBranchIsBuiltAgainBySome(_ policy: PolicyName, _ expected: Int) {
        var sketch = Sketch()
        sketch.commit(.run("a"))
        #expect(Replay.executed(sketch, policy) { $0.workload.branches = .features(open: 1) } == expected)
    }

    /// A stage that nobody needed when its branch was merged is there for the next branch, like what was needed.
    @Test func mergedStagesAreTakenOverThoughNotNeeded() {
        var sketch = Sketch()
        for version in [1, 2] {
            sketch.commit([
                .init(lines: [.run("compile")]),
                .init(lines: [.copy("src", version: version), .copyFrom(0, "/bin")]),
            ])
        }
        #expect(Replay.executed(sketch, .larder) { $0.workload.branches = .features(open: 1) } == 5)
    }

    /// What a fork builds nobody else finds.
    @Test func aForkKeepsNothing() {
        var sketch = Sketch()
        sketch.commit(.run("a"))
        let executed = Replay.executed(sketch, .larder) { replay in
            replay.workload.branches = .features(open: 1)
            replay.workload.forkRate = 1
        }
        #expect(executed == 2)
    }

    /// Four jobs of one commit at the same time.
    @Test(arguments: [(PolicyName.larder, 1), (.larderNoWaits, 4), (.registryMax, 4), (.localDaemon, 1)])
    func jobsAtTheSameTimeDoItOnce(_ policy: PolicyName, _ expected: Int) {
        var sketch = Sketch()
        sketch.commit(.run("a"))
        let executed = Replay.executed(sketch, policy) { replay in
            replay.workload.matrix = 4
            replay.workload.runners = 4
        }
        #expect(executed == expected)
    }

    /// A stage that is rebuilt and gives what it gave before: what copies from it hits where contents are known.
    @Test(arguments: [(PolicyName.larder, 5), (.larderNoContent, 6)])
    func equalOutputIsAHit(_ policy: PolicyName, _ expected: Int) {
        var sketch = Sketch()
        for version in [1, 2] {
            sketch.commit([
                .init(lines: [.copy("src", version: version), .run("compile")]), .init(lines: [.copyFrom(0, "/bin")]),
            ])
        }
        #expect(Replay.executed(sketch, policy) { $0.equalOutputRate = 1 } == expected)
    }

    @Test func aQuotaEvictsWhatWasNotUsedForLongest() {
        var sketch = Sketch()
        for version in [1, 2, 1] { sketch.commit(.copy("src", version: version, bytes: 1000)) }
        #expect(Replay.executed(sketch, .larder) { $0.quota = 1500 } == 3)
        #expect(Replay.executed(sketch, .larder) { $0.quota = 2500 } == 2)
    }

    @Test func equalFilesAreStoredOnce() {
        var sketch = Sketch()
        sketch.commit(.copy("src", version: 1), .run("a"), .copy("src", version: 1))
        var replay = Replay(sketch.trace)
        replay.costs.runBytes = 0
        let results = replay.run([.larder, .registryMax])
        #expect(results.map(\.storedBytes) == [1000, 2000])
    }

    @Test func reasonsNameWhatChanged() {
        var sketch = Sketch()
        sketch.commit(.run("a"), .copy("src", version: 1), .run("make"))
        sketch.commit(.run("a"), .copy("src", version: 2), .run("make"))
        sketch.commit(.run("b"), .copy("src", version: 2), .run("make"))
        let reasons = Replay(sketch.trace).run([.larder])[0].reasons
        #expect(
            reasons == [
                "new step": 3, "files of the context": 1, "step below changed": 3, "instruction: arguments": 1,
            ])
    }
}
