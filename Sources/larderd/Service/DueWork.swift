import ServiceLifecycle

/// Has work done that is looked for whenever something says that there may be some.
struct DueWork: Sendable {
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init() {
        (signals, signal) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Says that something may be due.
    func look() { signal.yield() }

    /// Does what is due, each in a task of its own, until the server stops. What is under way then is cancelled.
    /// - Parameters:
    ///   - services: run all the while.
    ///   - due: what is to be done now and is not being done yet.
    func run<Item: Sendable>(
        beside services: [@Sendable () async -> Void], due: @escaping @Sendable () -> [Item],
        work: @escaping @Sendable (Item) async -> Void
    ) async {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for service in services { group.addTask { await service() } }
                for await _ in signals {
                    for item in due() {
                        group.addTask {
                            await work(item)
                            // Something may have come just before it was over.
                            look()
                        }
                    }
                }
                group.cancelAll()
            }
        }
    }
}
