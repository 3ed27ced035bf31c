import ChunkStore
import Logging
import OCI
import ServiceLifecycle
import Synchronization

extension ScanGate {
    /// Has what waits judged until the server stops. What is under way then is judged anew by the next.
    func run() async throws {
        await judgements.run(beside: [watch, tend], due: due, work: judge)
        await scanner.shutdown()
    }

    @Sendable private func watch() async {
        try? await rules.run()
    }

    @Sendable private func tend() async {
        while !Task.isCancelled {
            judgements.look()
            let isTime = state.withLock { state in
                guard .now - state.lastTidied > Self.tidyInterval else { return false }
                state.lastTidied = .now
                return true
            }
            if isTime { try? await executor.run { [keeper] _ in try keeper.tidy() } }
            try? await Task.sleep(for: Self.tendInterval)
        }
    }

    /// What is to be judged now; it is running from then on.
    @Sendable private func due() -> [QuarantineEntry.Key] {
        let waiting = keeper.quarantine.due(at: Int64(clamping: WallClock.seconds))
        let maximum = current.concurrency
        return state.withLock { state in
            let free = max(0, maximum - state.running.count)
            let keys = waiting.map(\.key).filter { !state.running.contains($0) }.prefix(free)
            state.running.formUnion(keys)
            return Array(keys)
        }
    }

    @Sendable private func judge(_ key: QuarantineEntry.Key) async {
        defer { state.withLock { _ = $0.running.remove(key) } }
        guard let entry = keeper.quarantine[key], entry.state != .refused else { return }
        let rules = current
        let outcome: QuarantineKeeper.Outcome?
        do {
            var verdict = try await scanner.judge(entry, rules, executor)
            verdict.scanner = verdict.scanner ?? rules.title
            let now = Int64(clamping: WallClock.seconds)
            let stored = StoredVerdict(verdict: verdict, time: now, expires: now + rules.lifetime)
            outcome = try await executor.run { [keeper] _ in try keeper.settle(key, stored) }
            metrics.add(.scans, [("result", verdict.verdict.rawValue)], 1)
            logger.notice(
                "image judged",
                metadata: [
                    "image": "\(key)", "verdict": "\(verdict.verdict.rawValue)", "reason": "\(verdict.summary)",
                ])
        } catch {
            // A server that stops says nothing about an image.
            if Task.isCancelled { return }
            outcome = await fail(key, entry, "\(error)", rules)
        }
        if let outcome { tell(outcome, to: key) }
    }

    /// Tells those who wait for an image what became of it.
    private func tell(_ outcome: QuarantineKeeper.Outcome, to key: QuarantineEntry.Key) {
        let waiting = state.withLock { $0.waiting[key]?.values.map { $0 } ?? [] }
        for continuation in waiting { continuation.yield(outcome) }
    }

    /// What comes of a failure; `nil` when the scanner is asked again at once.
    private func fail(
        _ key: QuarantineEntry.Key, _ entry: QuarantineEntry, _ reason: String, _ rules: ScanGateRules
    ) async -> QuarantineKeeper.Outcome? {
        metrics.add(.scans, [("result", "failed")], 1)
        let failures = entry.failures + 1
        let isLast = failures >= Self.failuresMaximum
        logger.log(
            level: isLast ? .error : .warning,
            isLast ? "THE SCANNER CANNOT JUDGE AN IMAGE: see `larderd quarantine`" : "the scanner failed",
            metadata: [
                "image": "\(key)", "failures": "\(failures)", "error": "\(reason)",
                "on-failure": "\(rules.onFailure.rawValue)",
            ])
        do {
            if isLast, rules.onFailure == .release {
                return try await executor.run { [keeper] _ in try keeper.settle(key, nil) }
            }
            // At once, after a second, and then minutes, to a quarter of an hour.
            let pause =
                isLast ? min(900, Int64(60) << min(Int64(failures - Self.failuresMaximum), 4)) : Int64(failures - 1)
            let next = Int64(clamping: WallClock.seconds) + pause
            try await executor.run { [keeper] _ in
                try keeper.quarantine.exclusively {
                    try keeper.quarantine.update(key) { entry in
                        // An administrator decided while the scanner was at it.
                        if entry.state == .refused { return }
                        (entry.failures, entry.next, entry.reason) = (failures, next, reason)
                        if isLast { entry.state = .failing }
                    }
                }
            }
        } catch {
            logger.error("the quarantine cannot be changed", metadata: ["image": "\(key)", "error": "\(error)"])
        }
        return isLast ? .failed(reason) : nil
    }

    // MARK: Administrators

    /// Does what an administrator decides, and tells whoever waits for it.
    /// - Returns: how the image stands then; `nil` when it is out.
    /// - Throws: ``APIFailure`` `badRequest` when it is not in quarantine.
    func carryOut(_ order: QuarantineOrder) async throws -> QuarantineEntry? {
        let lifetime = current.lifetime
        let left = try await executor.run { [keeper] _ in
            try keeper.carryOut(order, lifetime: lifetime, at: Int64(clamping: WallClock.seconds))
        }
        tell(left.map { .refused($0.reason ?? "an administrator refuses it") } ?? .admitted, to: order.key)
        return left
    }
}
