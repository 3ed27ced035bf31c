internal import Synchronization

/// How many body bytes went over the wire in each direction.
public final class Traffic: Sendable {
    private let received = Atomic<Int>(0)
    private let sent = Atomic<Int>(0)

    /// Begins at zero.
    public init() {}

    /// Body bytes from servers so far.
    public var down: Int { received.load(ordering: .relaxed) }
    /// Body bytes to servers so far.
    public var up: Int { sent.load(ordering: .relaxed) }

    func countDown(_ bytes: Int) { received.add(bytes, ordering: .relaxed) }
    func countUp(_ bytes: Int) { sent.add(bytes, ordering: .relaxed) }
}
