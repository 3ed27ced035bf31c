internal import Synchronization

/// Numbers the tasks of a build and tells the sink about them.
final class ProgressLog: Sendable {
    private let sink: any BuildEventSink
    private let count = Atomic<Int>(0)

    init(_ sink: any BuildEventSink) {
        self.sink = sink
    }

    func warn(_ text: String) {
        sink.take(.warning(text))
    }

    /// Begins a task; it must be ended.
    func begin(_ name: String) -> ProgressTask {
        let number = count.add(1, ordering: .relaxed).newValue
        sink.take(.began(task: number, name: name))
        return ProgressTask(number: number, sink: sink)
    }

    /// A task that took no time here.
    func hit(_ name: String, saved: Double) {
        begin(name).end(.hit(saved: saved))
    }

    /// Runs `body` as a task.
    func run<Value>(
        _ name: String, _ body: (ProgressTask) async throws -> sending Value
    ) async throws -> sending Value {
        let task = begin(name)
        do {
            let value = try await body(task)
            task.end(.done)
            return value
        } catch {
            task.end(error is CancellationError || Task.isCancelled ? .cancelled : .failed)
            throw error
        }
    }
}

/// A task that has begun.
struct ProgressTask: Sendable {
    private let number: Int
    private let sink: any BuildEventSink
    private let start = ContinuousClock.now

    init(number: Int, sink: any BuildEventSink) {
        self.number = number
        self.sink = sink
    }

    func output(_ line: String) {
        sink.take(.output(task: number, line: line))
    }

    func reason(_ text: String) {
        sink.take(.reason(task: number, text: text))
    }

    func status(_ text: String) {
        sink.take(.status(task: number, text: text))
    }

    func end(_ outcome: BuildEvent.Outcome) {
        sink.take(.ended(task: number, outcome: outcome, seconds: Clock.seconds(since: start)))
    }
}
