internal import Glibc
internal import Synchronization

/// Decompresses frames that readers are about to need, on threads of its own.
///
/// A frame goes to the cache of decoded frames; whoever needs it before it is done waits for it there. What comes while all
/// threads have something to do is dropped: then there are readers enough to keep the processors busy, and each
/// decompresses what it needs by itself.
final class ReadAhead: Sendable {
    private struct State {
        var waiting: [(location: Location, core: Core)] = []
        var busy = 0
        var isEnding = false
    }

    private let state = Monitor(State())
    private let threads = Mutex<[JoinableThread]>([])
    private let threadCount = max(1, min(4, sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    /// Has the frame at `location` decompressed. Whether it is or will be.
    func request(_ location: Location, of core: Core) -> Bool {
        if core.frames.expects(location) { return true }
        let isTaken = state.with { state in
            guard !state.isEnding, state.busy + state.waiting.count < threadCount else { return false }
            state.waiting.append((location, core))
            return true
        }
        if isTaken { startThread() }
        return isTaken
    }

    /// Ends the threads and waits for them.
    func stop() {
        state.with { state in
            state.isEnding = true
            state.waiting.removeAll()
        }
        let running = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in running { thread.join() }
    }

    /// Starts one more thread when there may be too few.
    private func startThread() {
        threads.withLock { threads in
            guard threads.count < threadCount, !(state.with { $0.isEnding }) else { return }
            // Without the thread the reader decompresses by itself what it asked for.
            if let thread = try? JoinableThread({ [state] in Self.run(state) }) { threads.append(thread) }
        }
    }

    private static func run(_ state: Monitor<State>) {
        while let (location, core) = next(state) {
            // What fails here fails again for the reader, who can tell somebody.
            _ = try? core.decodedFrame(at: location)
            state.with { $0.busy -= 1 }
        }
    }

    private static func next(_ state: Monitor<State>) -> (location: Location, core: Core)? {
        state.wait { state -> (location: Location, core: Core)?? in
            if state.isEnding { return .some(nil) }
            guard !state.waiting.isEmpty else { return nil }
            state.busy += 1
            return state.waiting.removeFirst()
        }
    }
}
