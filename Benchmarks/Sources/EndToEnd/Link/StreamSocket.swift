import Glibc
import SystemPackage

/// A TCP connection, or a socket that listens for one.
struct StreamSocket: ~Copyable {
    private let file: Int32

    private init(file: Int32) {
        self.file = file
    }

    deinit {
        _ = Glibc.close(file)
    }

    private static func open() throws -> StreamSocket {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard file >= 0 else { throw failure("no socket") }
        return StreamSocket(file: file)
    }

    private static func failure(_ what: String) -> EndToEndError {
        EndToEndError("\(what): \(Errno(rawValue: errno))")
    }

    /// Listens on an address of this network namespace, on any free port.
    static func listening(on address: String) throws -> StreamSocket {
        let socket = try open()
        try unsafe withAddress(address, 0) { pointer, length in
            guard unsafe bind(socket.file, pointer, length) == 0, listen(socket.file, 8) == 0 else {
                throw failure("cannot listen on \(address)")
            }
        }
        return socket
    }

    /// The port that it listens on.
    var port: UInt16 {
        get throws {
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe getsockname(file, $0, &length)
                }
            }
            guard status == 0 else { throw Self.failure("no port") }
            return UInt16(bigEndian: address.sin_port)
        }
    }

    /// The next connection. Blocks.
    func accepted() throws -> StreamSocket {
        let connection = accept(file, nil, nil)
        guard connection >= 0 else { throw Self.failure("no connection") }
        return StreamSocket(file: connection)
    }

    /// Connects. Blocks.
    static func connected(to address: String, port: UInt16) throws -> StreamSocket {
        let socket = try open()
        try unsafe withAddress(address, port) { pointer, length in
            guard unsafe connect(socket.file, pointer, length) == 0 else { throw failure("cannot reach \(address)") }
        }
        return socket
    }

    private static func withAddress(
        _ address: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Void
    ) throws {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        guard unsafe inet_pton(AF_INET, address, &name.sin_addr) == 1 else {
            throw EndToEndError("\(address) is no address")
        }
        try unsafe withUnsafePointer(to: &name) { pointer in
            try unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Sends so many bytes. Blocks.
    func send(_ count: Int) throws {
        let part = [UInt8](repeating: 0, count: min(count, 1 << 18))
        var left = count
        while left > 0 {
            let sent = unsafe part.withUnsafeBytes {
                unsafe Glibc.send(file, $0.baseAddress, min(left, $0.count), Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { throw Self.failure("cannot send") }
            left -= sent
        }
    }

    /// Takes so many bytes. Blocks.
    func receive(_ count: Int) throws {
        var part = [UInt8](repeating: 0, count: min(count, 1 << 18))
        var left = count
        while left > 0 {
            let received = unsafe part.withUnsafeMutableBytes {
                unsafe Glibc.recv(file, $0.baseAddress, min(left, $0.count), 0)
            }
            guard received > 0 else { throw Self.failure("the connection ended") }
            left -= received
        }
    }
}
