internal import Glibc
internal import SystemPackage

/// Owns a root for this process: an exclusive `flock` on its file `lock`, which holds the process's number for people.
/// Given up when nobody refers to it any more, which is when the index is closed, and by the kernel when the process
/// ends, however it ends.
final class RootLock: Sendable {
    private let descriptor: FileDescriptor
    private let isReleased: Monitor<Bool>

    /// - Parameter isReleased: becomes true when the root has been given up.
    init(in root: FilePath, isReleased: Monitor<Bool>) throws(StoreError) {
        self.isReleased = isReleased
        let path = root.appending("lock")
        do throws(Errno) {
            descriptor = try Errno.catching {
                try FileDescriptor.open(
                    path, .readWrite, options: [.create, .closeOnExec], permissions: .ownerReadWrite)
            }
        } catch {
            throw .disk("open", path, error)
        }
        let file = descriptor
        do throws(Errno) {
            try Errno.check { flock(file.rawValue, LOCK_EX | LOCK_NB) }
            try Self.write(String(getpid()) + "\n", to: file)
        } catch {
            let holder = error == .wouldBlock ? Self.text(of: file) : ""
            try? file.close()
            guard error == .wouldBlock else { throw .disk("lock", path, error) }
            throw StoreError(
                .rootInUse,
                "\(root) is in use by process \(holder.isEmpty ? "unknown" : holder); stop it or use another --root")
        }
    }

    deinit {
        // A process that another thread is just starting may have the file open too until it runs its program;
        // closing it here would leave the lock with that one.
        _ = flock(descriptor.rawValue, LOCK_UN)
        try? descriptor.close()
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
