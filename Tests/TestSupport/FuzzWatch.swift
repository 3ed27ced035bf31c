internal import Glibc
internal import Synchronization

/// Ends the process with a word about the input when one is read for much longer than it may take: a test that hangs says
/// nothing by itself.
final class FuzzWatch: Sendable {
    private struct State {
        var seed: UInt64 = 0
        var start = ContinuousClock.now
        var isOver = false
    }

    /// Also where many other tests run at the same time.
    private static let patience = Duration.seconds(240)

    private let state = Mutex(State())
    private let name: String

    init(_ name: String) throws {
        self.name = name
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        let result = unsafe pthread_create(&thread, nil, { unsafe FuzzWatch.watch($0) }, context)
        guard result == 0 else {
            unsafe Unmanaged<FuzzWatch>.fromOpaque(context).release()
            throw ShellError(script: "pthread_create", status: result)
        }
        pthread_detach(thread)
    }

    deinit { end() }

    /// The input with `seed` is about to be read.
    func begin(_ seed: UInt64) {
        state.withLock { state in
            state.seed = seed
            state.start = .now
        }
    }

    /// No more input is read.
    func end() { state.withLock { $0.isOver = true } }

    private static func watch(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let context = unsafe context else { return nil }
        let watch = unsafe Unmanaged<FuzzWatch>.fromOpaque(context).takeRetainedValue()
        while watch.look() { usleep(200_000) }
        return nil
    }

    /// Whether to go on.
    private func look() -> Bool {
        let now = state.withLock { $0 }
        if now.isOver { return false }
        guard ContinuousClock.now - now.start > Self.patience else { return true }
        print("FUZZ \(name), LARDER_FUZZ_SEED=\(now.seed): reading this input does not end")
        abort()
    }
}
