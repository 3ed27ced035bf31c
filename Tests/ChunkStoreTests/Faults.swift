import Synchronization
import SystemPackage

@testable import ChunkStore

/// What goes wrong with a disk, and when. Shared by a test and the disk it gives to a store.
final class Faults: Sendable {
    struct Plan {
        /// Of the writes from now on, how many still work; `nil` for all.
        var writesLeft: Int?
        /// What a write then fails with, after it has written the first `tornBytes` of what it was given.
        var writeError = Errno.noSpace
        var tornBytes = 0
        /// Whether every write does only a part of what it is asked for.
        var isShort = false
        var syncError: Errno?
        var readError: Errno?
        var freeBytes: UInt64?
        /// How long each file was when it was last synced, by name.
        var synced: [String: UInt64] = [:]
    }

    private let plan = Mutex(Plan())

    func set(_ change: (inout Plan) -> Void) {
        plan.withLock { change(&$0) }
    }

    var synced: [String: UInt64] { plan.withLock { $0.synced } }

    /// A disk that fails as planned.
    var disk: Disk {
        let system = Disk.system
        var disk = system
        disk.write = { [self] descriptor, offset, bytes throws(Errno) in
            let (error, count) = nextWrite(bytes.byteCount)
            if let error {
                if count > 0 { _ = try system.write(descriptor, offset, bytes.extracting(first: count)) }
                throw error
            }
            return try system.write(descriptor, offset, bytes.extracting(first: count))
        }
        disk.sync = { [self] descriptor throws(Errno) in
            if let error = plan.withLock({ $0.syncError }) { throw error }
            try system.sync(descriptor)
            let length = try system.length(descriptor)
            let name = try Self.name(of: descriptor)
            plan.withLock { $0.synced[name] = length }
        }
        disk.read = { [self] descriptor, offset, count throws(Errno) in
            if let error = plan.withLock({ $0.readError }) { throw error }
            return try system.read(descriptor, offset, count)
        }
        disk.freeBytes = { [self] path throws(Errno) in
            if let bytes = plan.withLock({ $0.freeBytes }) { return bytes }
            return try system.freeBytes(path)
        }
        return disk
    }

    private func nextWrite(_ count: Int) -> (error: Errno?, count: Int) {
        plan.withLock { plan in
            if let left = plan.writesLeft {
                if left == 0 { return (plan.writeError, min(plan.tornBytes, count)) }
                plan.writesLeft = left - 1
            }
            return (nil, plan.isShort ? (count + 2) / 3 : count)
        }
    }

    /// The number in the header of the chunk file that is open as `descriptor`.
    private static func name(of descriptor: FileDescriptor) throws(Errno) -> String {
        let header = try Disk.system.read(descriptor, 0, ChunkFileHeader.byteCount)
        guard let number = unsafe ChunkFileHeader(header.span.bytes)?.number else { throw .invalidArgument }
        return ChunkFileHeader.name(number).string
    }
}
