import OCI

/// Where an upload stands: which bytes have been written, and whether a request is writing now. Pure; time is given
/// from outside.
struct UploadProgress: Hashable, Sendable {
    /// Why a request may not write.
    enum Refusal: Error, Hashable, Sendable {
        /// Another request is writing.
        case busy
        /// The upload stands at another position.
        case outOfOrder(offset: UInt64)
    }

    /// How many bytes have been written: the position of the next.
    private(set) var offset: UInt64 = 0
    private(set) var isBusy = false
    private var lastUsed: ContinuousClock.Instant

    /// Begins with nothing written.
    init(now: ContinuousClock.Instant) {
        lastUsed = now
    }

    /// A request wants to write from `start` on; from where the upload stands when it does not say.
    mutating func begin(at start: UInt64?) throws(Refusal) {
        guard !isBusy else { throw .busy }
        if let start, start != offset { throw .outOfOrder(offset: offset) }
        isBusy = true
    }

    /// The request has written `count` bytes.
    mutating func advance(by count: Int) {
        offset += UInt64(count)
    }

    /// The request has ended.
    mutating func end(now: ContinuousClock.Instant) {
        isBusy = false
        lastUsed = now
    }

    /// For how long nobody has used the upload; zero while a request writes, however slowly.
    func idle(now: ContinuousClock.Instant) -> Duration {
        isBusy ? .zero : lastUsed.duration(to: now)
    }
}
