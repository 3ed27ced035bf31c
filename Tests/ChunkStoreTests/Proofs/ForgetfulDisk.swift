import Synchronization
import SystemPackage

@testable import ChunkStore

/// A disk that says it has written what it has not, once in so many writes.
final class ForgetfulDisk: Sendable {
    private let one: Int
    private let writes = Atomic(0)

    init(one: Int) {
        self.one = one
    }

    var disk: Disk {
        let system = Disk.system
        var disk = system
        disk.write = { [self] descriptor, offset, bytes throws(Errno) in
            guard writes.add(1, ordering: .relaxed).newValue % one == 0 else {
                return try system.write(descriptor, offset, bytes)
            }
            let zeros = [UInt8](repeating: 0, count: bytes.byteCount)
            return try system.write(descriptor, offset, unsafe zeros.span.bytes)
        }
        return disk
    }
}
