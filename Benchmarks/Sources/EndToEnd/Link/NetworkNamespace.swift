import CNetwork
import Glibc
import SystemPackage

/// A network namespace that `ip netns` made.
struct NetworkNamespace {
    /// Its name.
    let name: String

    private var path: String { "/run/netns/\(name)" }

    /// A command line that runs in it; files are the same.
    func command(_ arguments: [String]) -> [String] {
        ["nsenter", "--net=\(path)"] + arguments
    }

    /// Does something in it on this thread: sockets that are made then belong there for good.
    func run<R: ~Copyable>(_ body: () throws -> R) throws -> R {
        let before = try Self.open("/proc/thread-self/ns/net")
        defer { try? before.close() }
        let namespace = try Self.open(path)
        defer { try? namespace.close() }
        try Self.enter(namespace)
        defer { try? Self.enter(before) }
        return try body()
    }

    private static func open(_ path: String) throws -> FileDescriptor {
        try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
    }

    private static func enter(_ namespace: FileDescriptor) throws {
        guard network_enter_namespace(namespace.rawValue) == 0 else {
            throw EndToEndError("a network namespace cannot be entered, which root may: \(Errno(rawValue: errno))")
        }
    }
}
