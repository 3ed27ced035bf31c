/// Packets on their way, the oldest first. Holds each for the same time.
package struct HeldPackets {
    /// A moment, in microseconds since any other one.
    package typealias Moment = Int64

    private var packets: [(due: Moment, bytes: [UInt8])] = []
    private var first = 0
    private let delay: Int64

    /// - Parameter microseconds: how long each is held.
    package init(microseconds: Int) {
        delay = Int64(microseconds)
    }

    /// Takes one in.
    package mutating func append(_ bytes: [UInt8], at now: Moment) {
        packets.append((due: now + delay, bytes: bytes))
    }

    /// Gives out the oldest one, if its time has come.
    package mutating func next(at now: Moment) -> [UInt8]? {
        guard first < packets.count, packets[first].due <= now else { return nil }
        defer {
            first += 1
            if first == packets.count || first > 4096 {
                packets.removeFirst(first)
                first = 0
            }
        }
        return packets[first].bytes
    }

    /// How long until the oldest one's time comes; `nil` when there is none.
    package func wait(at now: Moment) -> Int64? {
        first < packets.count ? max(0, packets[first].due - now) : nil
    }
}
