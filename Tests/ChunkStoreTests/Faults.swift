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
        var openError: Errno?
        var directoryError: Errno?
        var truncateError: Errno?
        var freeBytes: UInt64?
        /// How long each file was when it was last synced, by name.
        var synced: [String: UInt64] = [:]
        /// The directories that were synced, in order.
        var directories: [FilePath] = []
        /// What the directory of chunk files held when it was last synced.
        var durableNames: [String] = []
        /// Runs before everything that changes a chunk file or makes it durable.
        var beforeChange: (@Sendable () -> Void)?
    }

    private let plan = Mutex(Plan())

    func set(_ change: (inout Plan) -> Void) {
        plan.withLock { change(&$0) }
    }

    var synced: [String: UInt64] { plan.withLock { $0.synced } }
    var durableNames: [String] { plan.withLock { $0.durableNames } }
    var syncedDirectories: [FilePath] { plan.withLock { $0.directories } }

    private func willChange() {
        plan.withLock { $0.beforeChange }?()
    }

    /// A disk that fails as planned.
    var disk: Disk {
        let system = Disk.system
        var disk = system
        disk.write = { [self] descriptor, offset, bytes throws(Errno) in
            willChange()
            let (error, count) = nextWrite(bytes.byteCount)
            if let error {
                if count > 0 { _ = try system.write(descriptor, offset, bytes.extracting(first: count)) }
                throw error
            }
            return try system.write(descriptor, offset, bytes.extracting(first: count))
        }
        disk.sync = { [self] descriptor throws(Errno) in
            willChange()
            if let error = plan.withLock({ $0.syncError }) { throw error }
            try system.sync(descriptor)
            let length = try system.length(descriptor)
            guard let name = try Self.name(of: descriptor) else { return }
            plan.withLock { $0.synced[name] = length }
        }
        disk.open = { [self] path, mode, options throws(Errno) in
            if let error = plan.withLock({ $0.openError }) { throw error }
            return try system.open(path, mode, options)
        }
        disk.truncate = { [self] descriptor, length throws(Errno) in
            if let error = plan.withLock({ $0.truncateError }) { throw error }
            try system.truncate(descriptor, length)
        }
        disk.syncDirectory = { [self] path throws(Errno) in
            willChange()
            if let error = plan.withLock({ $0.directoryError }) { throw error }
            try system.syncDirectory(path)
            let names = (try? RootLayout.names(in: path)) ?? []
            plan.withLock { plan in
                plan.directories.append(path)
                if path.lastComponent?.string == "chunks" { plan.durableNames = names }
            }
        }
        disk.readInto = { [self] descriptor, offset, count, bytes throws(Errno) in
            if let error = plan.withLock({ $0.readError }) { throw error }
            try system.readInto(descriptor, offset, count, &bytes)
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

    /// The name of the chunk file that is open as `descriptor`, from its header; `nil` when it is none.
    private static func name(of descriptor: FileDescriptor) throws(Errno) -> String? {
        guard let header = try? Disk.system.read(descriptor, 0, ChunkFileHeader.byteCount),
            let number = unsafe ChunkFileHeader(header.span.bytes)?.number
        else { return nil }
        return ChunkFileHeader.name(number).string
    }
}
