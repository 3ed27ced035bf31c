import Glibc
import Synchronization
import SystemPackage

/// A server on this machine that answers at once, but not while it stalls.
final class StallingServer: Sendable {
    let port: UInt16
    private let listener: FileDescriptor
    /// When it begins to stall, counted in answers, and for how long. Microseconds.
    private let stallAfter: Int
    private let stall: UInt32
    private let answered = Atomic<Int>(0)
    private let gate = Mutex(())

    init(stallAfter: Int, stall: UInt32) throws {
        self.stallAfter = stallAfter
        self.stall = stall
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw Errno(rawValue: errno) }
        listener = FileDescriptor(rawValue: number)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr = in_addr(s_addr: UInt32(0x7f00_0001).bigEndian)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = unsafe withUnsafeMutablePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(number, pointer, length) == 0 && listen(number, 64) == 0
                    && getsockname(number, pointer, &length) == 0
            }
        }
        guard code else { throw Errno(rawValue: errno) }
        port = UInt16(bigEndian: address.sin_port)
    }

    /// Answers `connections` connections, each until it is closed. Blocks; for a thread of its own.
    func serveOne() {
        let number = accept(listener.rawValue, nil, nil)
        guard number >= 0 else { return }
        let connection = FileDescriptor(rawValue: number)
        defer { try? connection.close() }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".utf8)
        while true {
            guard let count = try? unsafe buffer.withUnsafeMutableBytes({ try unsafe connection.read(into: $0) }),
                count > 0
            else { return }
            gate.withLock { _ in
                if answered.add(1, ordering: .relaxed).newValue == stallAfter { usleep(stall) }
            }
            guard (try? unsafe answer.withUnsafeBytes({ try unsafe connection.writeAll($0) })) != nil else { return }
        }
    }

    func close() {
        shutdown(listener.rawValue, Int32(SHUT_RDWR))
        try? listener.close()
    }
}
