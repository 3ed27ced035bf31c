public import Chunking

/// A blob on its way into the store. Not for use from several threads at once; may move between threads.
/// Dropping it without ``commit(expecting:)`` leaves nothing visible behind.
///
/// The caller's thread cuts the blob. A blob that grows long gets four threads of its own, as soon as not too many others
/// have some: one hashes all of it, one hashes its chunks and looks them up, two compress and append what is new. Up to 16 MiB
/// wait between them, and what they fail with is thrown by the next call. Without threads about 1 MiB is held.
public struct BlobWriter: ~Copyable, Sendable {
    /// A blob of fewer bytes is not worth threads.
    static let threadsFrom: UInt64 = 1 << 20

    /// How many bytes were written so far.
    public private(set) var size: UInt64 = 0

    private var cutter = LayerCutter()
    private var hasher = BlobHasher()
    private var intake: BlobIntake
    private let turns: LimitedTurns
    /// The right to the threads; `nil` while there are none.
    private var turn: LimitedTurns.Turn?

    init(_ store: Store, _ project: ProjectID) {
        turns = store.turns
        intake = BlobIntake(store, project)
    }

    /// Takes the next bytes.
    /// - Throws: `diskFull`, `poisoned`, `io`, `closed`.
    public mutating func write(_ bytes: RawSpan) throws(StoreError) {
        size += UInt64(bytes.byteCount)
        if turn == nil, size >= Self.threadsFrom, let turn = turns.take() {
            self.turn = turn
            try hasher.startThread()
            try intake.startThreads()
        }
        try hasher.update(bytes)
        try cutter.update(bytes) { stream, chunk throws(StoreError) in try intake.take(chunk, of: stream) }
    }

    /// Whether the blob has no threads of its own.
    public var isPaused: Bool { turn == nil }

    /// Does what waits, and gives the blob's threads up to others until more is written: to be called when nobody knows
    /// whether that will be soon. Blocks.
    /// - Throws: as ``write(_:)``; the blob cannot go on then.
    public mutating func pause() throws(StoreError) {
        guard turn != nil else { return }
        try hasher.endThread()
        try intake.endThreads()
        turn = nil
    }

    /// Ends the blob and makes it durable and visible.
    /// - Throws: `invalidContent` when its digest is not `expected`; nothing is kept then. Else as ``write(_:)``.
    public consuming func commit(expecting expected: Digest?) throws(StoreError) -> BlobInfo {
        let layer = try cutter.finish { stream, chunk throws(StoreError) in try intake.take(chunk, of: stream) }
        let digest = try hasher.finish()
        if let expected, expected != digest {
            throw StoreError(
                .invalidContent, "the blob's digest is \(digest), not \(expected) as announced; send it again")
        }
        return try intake.commit(layer.named(digest, try intake.finishChunks()), provingPossession: false)
    }
}
