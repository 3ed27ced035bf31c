/// Clears away what a task leaves, also when the task was cancelled, which keeps work from the threads otherwise.
enum Uncancelled {
    static func run(_ body: @escaping @Sendable () -> Void) async {
        await Task.detached { try? await BlockingThreads.run(body) }.value
    }
}
