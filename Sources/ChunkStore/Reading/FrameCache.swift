/// Decoded frames that were used lately, shared by all readers, so that chunks which follow each other in a frame
/// and blobs that are read by many at once are decompressed once.
final class FrameCache: Sendable {
    static let byteMaximum = 16 << 20
    /// Frames of few bytes are not worth searching a long list for the oldest.
    private static let countMaximum = 256

    private struct State {
        var frames: [Location: (frame: DecodedFrame, used: UInt64)] = [:]
        var byteCount = 0
        var clock: UInt64 = 0
        /// What is being decompressed.
        var making: Set<Location> = []

        mutating func use(_ location: Location) -> DecodedFrame? {
            guard let found = frames[location] else { return nil }
            clock += 1
            frames[location]?.used = clock
            return found.frame
        }
    }

    private let state = Monitor(State())

    func frame(at location: Location) -> DecodedFrame? {
        state.with { $0.use(location) }
    }

    /// Whether the frame is here or about to be.
    func expects(_ location: Location) -> Bool {
        state.with { $0.frames[location] != nil || $0.making.contains(location) }
    }

    /// The frame at `location`, which `make` makes unless another thread just does: that is waited for.
    /// - Parameter hashed: whether one is wanted whose chunks were hashed.
    func frame(
        at location: Location, hashed: Bool, make: () throws(StoreError) -> DecodedFrame?
    ) throws(StoreError) -> DecodedFrame? {
        let known: DecodedFrame? = state.wait { state -> DecodedFrame?? in
            if let known = state.use(location), known.isHashed || !hashed { return known }
            return state.making.insert(location).inserted ? .some(nil) : nil
        }
        if let known { return known }
        defer { state.with { _ = $0.making.remove(location) } }
        let made = try make()
        if let made { insert(made, at: location) }
        return made
    }

    func insert(_ frame: DecodedFrame, at location: Location) {
        // What goes is let go outside of the lock.
        var gone: [DecodedFrame] = []
        state.with { state in
            state.clock += 1
            if let old = state.frames.updateValue((frame, state.clock), forKey: location) {
                state.byteCount -= old.frame.bytes.count
                gone.append(old.frame)
            }
            state.byteCount += frame.bytes.count
            while state.byteCount > Self.byteMaximum || state.frames.count > Self.countMaximum,
                state.frames.count > 1, let oldest = state.frames.min(by: { $0.value.used < $1.value.used })
            {
                state.frames[oldest.key] = nil
                state.byteCount -= oldest.value.frame.bytes.count
                gone.append(oldest.value.frame)
            }
        }
    }

    /// Forgets everything.
    func removeAll() {
        state.with { state in
            state.frames = [:]
            state.byteCount = 0
        }
    }
}
