internal import Glibc
internal import SystemPackage

/// Owns a root for this process: an exclusive `flock` on its file `lock`, which holds the process's number for people.
/// Given up when nobody refers to it any more, and by the kernel when the process ends, however it ends.
final class RootLock: Sendable {
    private let descriptor: FileDescriptor

    init(in root: FilePath) throws(StoreError) {
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
        try? descriptor.close()
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
