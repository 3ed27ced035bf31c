import Glibc
import SystemPackage

/// A connection that sends one request after the other. Blocks.
package struct Connection: ~Copyable {
    /// What came back.
    package struct Answer {
        /// The status.
        package let status: Int
        /// The body, if it was to be kept.
        package let body: [UInt8]
    }

    /// Bytes of all requests and of all answers so far.
    package private(set) var sentBytes = 0
    package private(set) var receivedBytes = 0
    private let target: LoadTarget
    private let descriptor: FileDescriptor
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    /// The longest that an answer may pause. Seconds.
    private static let patience = 30

    package init(to target: LoadTarget) throws {
        self.target = target
        descriptor = try Self.connected(to: target)
    }

    deinit {
        try? descriptor.close()
    }

    private static func connected(to target: LoadTarget) throws -> FileDescriptor {
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = AF_INET
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(target.host, "\(target.port)", &hints, &found)
        guard code == 0, let address = unsafe found else { throw LoadError("There is no host '\(target.host)'.") }
        defer { unsafe freeaddrinfo(address) }
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw Errno(rawValue: errno) }
        guard unsafe connect(number, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 else {
            let cause = Errno(rawValue: errno)
            close(number)
            throw cause
        }
        var isOn: Int32 = 1
        unsafe setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
        var time = timeval(tv_sec: patience, tv_usec: 0)
        unsafe setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        return FileDescriptor(rawValue: number)
    }

    /// Sends a request and reads the whole answer.
    /// - Parameter keepsBody: whether the answer's body is wanted, and not only its end.
    package mutating func ask(
        _ request: [UInt8], hasBody: Bool = true, keepsBody: Bool = false
    ) throws -> Answer {
        _ = try unsafe request.withUnsafeBytes { try unsafe descriptor.writeAll($0) }
        sentBytes += request.count
        var answer = AnswerParser(hasBody: hasBody, keepsBody: keepsBody)
        while !answer.isDone {
            let count = try unsafe buffer.withUnsafeMutableBytes { try unsafe descriptor.read(into: $0) }
            guard count > 0 else { throw Errno.connectionReset }
            receivedBytes += count
            try answer.take(buffer[..<count])
        }
        return Answer(status: answer.status, body: answer.body)
    }

    /// Sends a request for a path of the target's host.
    package mutating func ask(
        _ method: String, _ path: String, body: [UInt8] = [], type: String = "application/json", keepsBody: Bool = false
    ) throws -> Answer {
        let head = """
            \(method) \(path) HTTP/1.1\r
            Host: \(target.host):\(target.port)\r
            Content-Type: \(type)\r
            Content-Length: \(body.count)\r
            \r

            """
        return try ask(Array(head.utf8) + body, keepsBody: keepsBody)
    }
}
