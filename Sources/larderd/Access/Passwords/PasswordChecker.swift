import Access
import CacheAPI
import Chunking
import NIOPosix
import Synchronization

/// Checks passwords against a file, beside the concurrency pool, and remembers for a while what was right.
final class PasswordChecker: Sendable {
    /// How long a password that was right is not computed again. Seconds.
    static let memoryPeriod = 600.0
    /// How many checks may wait, where nothing else is said; each takes tens of milliseconds of a processor.
    static let waitingMaximum = 32

    private struct State {
        var file: PasswordFile
        var right = RecentValues<Digest, Double>(limit: 1000)
        var waiting = 0
        /// How often the file was replaced.
        var generation = 0
    }

    private let state: Mutex<State>
    /// What remembered passwords are hashed with: drawn when the process starts, and nowhere kept.
    private let key: [UInt8]
    private let waitingMaximum: Int
    private let now: @Sendable () -> Double

    /// - Parameter now: seconds of a clock that never goes back.
    init(
        _ file: PasswordFile = .nobody, waitingMaximum: Int = PasswordChecker.waitingMaximum,
        now: @escaping @Sendable () -> Double = { ContinuousClock.now.secondsSinceStart }
    ) {
        state = Mutex(State(file: file))
        self.waitingMaximum = waitingMaximum
        var generator = SystemRandomNumberGenerator()
        key = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        self.now = now
    }

    /// Reads passwords from another file from now on; what was right before is computed again.
    func replace(_ file: PasswordFile) {
        state.withLock {
            $0 = State(file: file, waiting: $0.waiting, generation: $0.generation + 1)
        }
    }

    /// Whether `user` is in the file.
    func knows(_ user: String) -> Bool { state.withLock { $0.file.knows(user) } }

    /// Whether `password` is that of `user`.
    /// - Throws: `tooManyAttempts` when too many others wait already.
    func accepts(_ password: String, of user: String) async throws -> Bool {
        let name = remembered(user, password)
        let step = state.withLock { state -> (file: PasswordFile, generation: Int, isKnown: Bool)? in
            if let time = state.right[name], now() < time + Self.memoryPeriod {
                return (state.file, state.generation, true)
            }
            guard state.waiting < waitingMaximum else { return nil }
            state.waiting += 1
            return (state.file, state.generation, false)
        }
        guard let (file, generation, isKnown) = step else {
            throw AccessError(.tooManyAttempts, "too many passwords are being checked")
        }
        if isKnown { return true }
        defer { state.withLock { $0.waiting -= 1 } }
        let isRight = try await NIOThreadPool.singleton.runIfActive { file.accepts(password, of: user) }
        // The file may have been replaced meanwhile.
        if isRight { state.withLock { if $0.generation == generation { $0.right[name] = now() } } }
        return isRight
    }

    private func remembered(_ user: String, _ password: String) -> Digest {
        var hasher = KeyHasher(domain: "larder.password.v1")
        hasher.add(key)
        hasher.add(Array(user.utf8))
        hasher.add(Array(password.utf8))
        return hasher.finalize()
    }
}
