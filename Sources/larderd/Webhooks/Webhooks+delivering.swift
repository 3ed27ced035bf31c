import Logging
import NIOPosix
import Synchronization

extension Webhooks {
    /// Delivers what waits for a webhook, one after the other, until nothing does. Between attempts that fail it waits.
    @Sendable func drain(_ name: String) async {
        defer { progress.withLock { $0[name]?.isBusy = false } }
        while !Task.isCancelled, let rule = current.all[name], let event = queue.next(for: name),
            let client = progress.withLock({ $0[name]?.client })
        {
            if isTooOld(event, rule) {
                await settle(event, name, givenUpSince: "it could not be delivered in \(rule.ageMaximum) s")
                continue
            }
            let outcome = await client.deliver(event)
            if Task.isCancelled { return }
            guard await take(outcome, of: event, for: name) else { return }
        }
    }

    /// Notes what came of an attempt, and waits if it failed. Whether there is to be another.
    private func take(_ outcome: DeliveryOutcome, of event: WebhookQueue.Event, for name: String) async -> Bool {
        switch outcome {
        case .delivered:
            progress.withLock { progress in
                progress[name]?.failures = 0
                progress[name]?.refusals = 0
                progress[name]?.lastDelivered = Int64(clamping: WallClock.seconds)
            }
            count(name, "delivered")
            await settle(event, name)
            return true
        case .refused(let reason):
            let refusals = fail(event, name, reason) { progress in
                progress.refusals += 1
                return progress.refusals
            }
            if refusals >= DeliveryPace.refusalsMaximum {
                progress.withLock { $0[name]?.refusals = 0 }
                await settle(event, name, givenUpSince: "the receiver refused it: \(reason)")
                return true
            }
            return await pause(name, wanted: nil)
        case .postponed(let reason, let seconds):
            fail(event, name, reason)
            return await pause(name, wanted: seconds)
        case .gone(let reason):
            fail(event, name, reason) { $0.isGone = true }
            logger.error(
                "A WEBHOOK'S RECEIVER IS GONE: nothing is sent to it before `larderd webhooks redeliver` or a restart",
                metadata: ["webhook": "\(name)"])
            return false
        }
    }

    @discardableResult
    private func fail<Result>(
        _ event: WebhookQueue.Event, _ name: String, _ reason: String, _ change: (inout Progress) -> Result = { _ in }
    ) -> Result {
        count(name, "failed")
        let (failures, result) = progress.withLock { progress in
            var own = progress[name] ?? Progress()
            own.failures += 1
            own.lastError = reason
            let result = change(&own)
            progress[name] = own
            return (own.failures, result)
        }
        // One that fails for a day would fill the log.
        logger.log(
            level: failures.nonzeroBitCount == 1 ? .warning : .debug, "a webhook could not be told",
            metadata: [
                "webhook": "\(name)", "event": "\(event.type)", "id": "\(event.id)", "failures": "\(failures)",
                "error": "\(reason)",
            ])
        return result
    }

    /// Waits until the next attempt, or until somebody wants it now. Whether there is to be one.
    private func pause(_ name: String, wanted: Int64?) async -> Bool {
        let failures = progress.withLock { $0[name]?.failures ?? 1 }
        var random = SystemRandomNumberGenerator()
        let length = DeliveryPace.pause(after: failures, wanted: wanted, using: &random)
        let pause = Task { _ = try? await Task.sleep(for: length) }
        progress.withLock { $0[name]?.pause = pause }
        await withTaskCancellationHandler {
            await pause.value
        } onCancel: {
            pause.cancel()
        }
        progress.withLock { $0[name]?.pause = nil }
        return !Task.isCancelled
    }

    // MARK: Ends

    private func settle(_ event: WebhookQueue.Event, _ name: String, givenUpSince reason: String? = nil) async {
        try? await NIOThreadPool.singleton.runIfActive { [self] in
            guard let reason else { return queue.note([QueueRecord(.delivered, event.number, [name])]) }
            giveUp(event, name, reason)
        }
    }

    private func giveUp(_ event: WebhookQueue.Event, _ name: String, _ reason: String) {
        queue.note([QueueRecord(.givenUp, event.number, [name], reason: reason)])
        count(name, "given_up")
        logger.error(
            "A WEBHOOK IS NOT TOLD OF AN EVENT: see `larderd webhooks`",
            metadata: [
                "webhook": "\(name)", "event": "\(event.type)", "id": "\(event.id)", "reason": "\(reason)",
            ])
    }

    private func isTooOld(_ event: WebhookQueue.Event, _ rule: WebhookRule) -> Bool {
        (event.since ?? event.time) + rule.ageMaximum < Int64(clamping: WallClock.seconds)
    }

    /// Gives up what is too old for webhooks that nothing is sent to. Blocks.
    func giveUpOld() {
        let (contents, rules) = (queue.contents, current)
        let unreachable = progress.withLock { progress in
            Set(progress.filter { $0.value.isGone }.keys)
        }
        for (name, numbers) in contents.pending where rules.all[name] == nil || unreachable.contains(name) {
            let age = rules.all[name]?.ageMaximum ?? 86_400
            for event in numbers.compactMap({ contents.events[$0] })
            where (event.since ?? event.time) + age < Int64(clamping: WallClock.seconds) {
                giveUp(
                    event, name, rules.all[name] == nil ? "there is no such webhook any more" : "its receiver is gone")
            }
        }
    }
}
