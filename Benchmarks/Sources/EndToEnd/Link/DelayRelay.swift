import CNetwork
import Dispatch
import Glibc
import Synchronization
import SystemPackage

/// Passes the packets of each of two tunnels on to the other one, each held for the same time. The kernel can do so itself (`netem`), but
/// not every kernel has that; with this it is the same everywhere.
final class DelayRelay: Sendable {
    private let one: Tunnel
    private let other: Tunnel
    private let delay: Int
    private let group = DispatchGroup()
    private let isOver = Atomic<Bool>(false)

    /// - Parameter microseconds: how long each packet is held.
    init(_ one: consuming Tunnel, _ other: consuming Tunnel, microseconds: Int) {
        self.one = one
        self.other = other
        delay = microseconds
    }

    /// Begins, on two threads of its own.
    func start() {
        let (one, other) = (one.file, other.file)
        for (source, target) in [(one, other), (other, one)] {
            DispatchQueue.global().async(group: group) { self.pass(from: source, to: target) }
        }
    }

    /// Ends it, and waits until it has ended.
    func stop() {
        isOver.store(true, ordering: .relaxed)
        group.wait()
    }

    private func pass(from source: FileDescriptor, to target: FileDescriptor) {
        Self.goBeforeOthers(true)
        defer { Self.goBeforeOthers(false) }
        var held = HeldPackets(microseconds: delay)
        // A packet of the largest size there is.
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !isOver.load(ordering: .relaxed) {
            _ = network_wait(source.rawValue, min(held.wait(at: Self.now) ?? Self.patience, Self.patience))
            while let packet = Self.read(source, into: &buffer) { held.append(packet, at: Self.now) }
            while let packet = held.next(at: Self.now) {
                // Like any network, it loses what the other side does not take.
                _ = unsafe packet.withUnsafeBytes { unsafe write(target.rawValue, $0.baseAddress, $0.count) }
            }
        }
    }

    /// How long at most until it is noticed that it is over. Microseconds.
    private static let patience: Int64 = 100_000

    private static var now: HeldPackets.Moment {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    /// A thread that is late makes the link slower than it is to be. Where that is not permitted, the link's proof tells.
    private static func goBeforeOthers(_ isBefore: Bool) {
        var parameters = sched_param()
        parameters.sched_priority = isBefore ? 1 : 0
        _ = unsafe sched_setscheduler(0, isBefore ? SCHED_FIFO : SCHED_OTHER, &parameters)
    }

    private static func read(_ file: FileDescriptor, into buffer: inout [UInt8]) -> [UInt8]? {
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe Glibc.read(file.rawValue, $0.baseAddress, $0.count)
        }
        return count > 0 ? Array(buffer[..<count]) : nil
    }
}
