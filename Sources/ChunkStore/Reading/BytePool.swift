internal import Synchronization

/// Long arrays that wait to be used again: memory that is new to a process costs page faults, which take longer than
/// filling it with what comes from the page cache.
final class BytePool: Sendable {
    /// Shorter arrays are not worth it. Bytes.
    private static let capacityMinimum = 64 << 10
    /// How much waits at most. Bytes.
    private static let idleMaximum = 8 << 20

    private struct State {
        var idle: [[UInt8]] = []
        var byteCount = 0
    }

    private let state = Mutex(State())

    /// An empty array with room for `count` bytes, the one that was used last if it fits.
    func take(_ count: Int) -> [UInt8] {
        guard count >= Self.capacityMinimum else {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(count)
            return bytes
        }
        var bytes = state.withLock { state -> [UInt8] in
            let fits = state.idle.lastIndex { $0.capacity >= count && $0.capacity / 4 <= count }
            guard let fits else { return [] }
            state.byteCount -= state.idle[fits].capacity
            return state.idle.remove(at: fits)
        }
        // Whoever still reads the array keeps it, and this one gets memory of its own.
        bytes.removeAll(keepingCapacity: true)
        if bytes.capacity < count { bytes.reserveCapacity(1 << (Int.bitWidth - (count - 1).leadingZeroBitCount)) }
        return bytes
    }

    /// Keeps the memory of `bytes` for a later ``take(_:)``, as long as there is not too much of it.
    func give(_ bytes: [UInt8]) {
        let capacity = bytes.capacity
        guard capacity >= Self.capacityMinimum else { return }
        state.withLock { state in
            guard state.byteCount + capacity <= Self.idleMaximum else { return }
            state.idle.append(bytes)
            state.byteCount += capacity
        }
    }
}
