internal import Glibc
internal import SystemPackage

/// Owns a root for this process: an exclusive `flock` on its file `lock`, which holds the process's number for people.
/// Given up when nobody refers to it any more, which is when the index is closed, and by the kernel when the process
/// ends, however it ends.
final class RootLock: Sendable {
    private let descriptor: FileDescriptor
    private let disk: Disk
    private let isReleased: Monitor<Bool>

    /// - Parameter isReleased: becomes true when the root has been given up.
    init(in root: FilePath, isReleased: Monitor<Bool>, disk: Disk) throws(StoreError) {
        let path = root.appending("lock")
        let file: FileDescriptor
        do throws(Errno) {
            file = try disk.open(path, .readWrite, .create)
        } catch {
            throw .disk("open", path, error)
        }
        do throws(Errno) {
            try Errno.check { flock(file.rawValue, LOCK_EX | LOCK_NB) }
            try Self.write(String(getpid()) + "\n", to: file)
        } catch {
            let holder = error == .wouldBlock ? Self.text(of: file) : ""
            disk.close(file)
            guard error == .wouldBlock else { throw .disk("lock", path, error) }
            throw StoreError(
                .rootInUse,
                "\(root) is in use by process \(holder.isEmpty ? "unknown" : holder); stop it or use another --root")
        }
        // Last: an initializer that throws when everything is set runs deinit, which would close the file again, and
        // by then another thread may have opened another with its number.
        self.isReleased = isReleased
        self.disk = disk
        descriptor = file
    }

    deinit {
        // A process that another thread is just starting may have the file open too until it runs its program;
        // closing it here would leave the lock with that one.
        _ = flock(descriptor.rawValue, LOCK_UN)
        disk.close(descriptor)
        isReleased.with { $0 = true }
    }

    private static func write(_ text: String, to file: FileDescriptor) throws(Errno) {
        try Errno.catching {
            try file.resize(to: 0)
            try file.writeAll(toAbsoluteOffset: 0, text.utf8)
        }
    }

    private static func text(of file: FileDescriptor) -> String {
        let bytes = (try? Disk.system.read(file, 0, 32)) ?? []
        return String(decoding: bytes.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }, as: UTF8.self)
    }
}
