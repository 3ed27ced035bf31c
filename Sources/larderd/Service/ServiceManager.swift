import Glibc
import SystemPackage

/// The service manager that started this process and wants to hear of it: datagrams to the socket that `NOTIFY_SOCKET` names
/// (systemd, sd_notify(3)).
struct ServiceManager: Sendable {
    /// A path, or an abstract name that begins with `@`.
    private let address: String
    /// How often it wants to hear that this process is alive. Microseconds; `nil` for never.
    let watchdogPeriod: Int64?

    /// The one that the environment names; `nil` for none.
    init?(environment: [String: String]) {
        guard let address = environment["NOTIFY_SOCKET"], address.hasPrefix("/") || address.hasPrefix("@"),
            address.utf8.count <= AdminSocket.pathBytesMaximum
        else { return nil }
        self.address = address
        let isForThis = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
        let period = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        watchdogPeriod = isForThis && period > 0 ? period : nil
    }

    /// Tells it `state`, lines of `NAME=value`. What cannot be told is not: a server serves without a manager, too.
    func tell(_ state: String) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &name.sun_path) { path in
            // An abstract name begins with a zero.
            for (index, byte) in address.utf8.enumerated() { unsafe path[index] = byte }
            if address.hasPrefix("@") { unsafe path[0] = 0 }
        }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + address.utf8.count)
        let bytes = Array(state.utf8)
        // The address of a local socket is passed as that of any.
        _ = unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), pointer, length)
            }
        }
    }
}
