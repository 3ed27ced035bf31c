import Glibc
import SystemPackage

/// A connection that sends one request again and again. Blocks.
struct PlainConnection: ~Copyable {
    private let descriptor: FileDescriptor
    private let request: [UInt8]
    private let hasBody: Bool
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    init(port: UInt16, request: String, hasBody: Bool) throws(Errno) {
        descriptor = try Self.connected(to: port)
        self.request = Array(request.utf8)
        self.hasBody = hasBody
    }

    deinit {
        try? descriptor.close()
    }

    private static func connected(to port: UInt16) throws(Errno) -> FileDescriptor {
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard number >= 0 else { throw Errno(rawValue: errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(0x7f00_0001).bigEndian)
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe connect(number, $0, length) }
        }
        guard code == 0 else {
            defer { close(number) }
            throw Errno(rawValue: errno)
        }
        var isOn: Int32 = 1
        unsafe setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
        return FileDescriptor(rawValue: number)
    }

    /// Sends the request and reads the whole answer; returns its status.
    mutating func ask() throws -> Int {
        _ = try unsafe request.withUnsafeBytes { try unsafe descriptor.writeAll($0) }
        var count = 0
        var head: (status: Int, byteCount: Int)?
        while true {
            let got = try unsafe buffer.withUnsafeMutableBytes { bytes in
                try unsafe descriptor.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[count...]))
            }
            guard got > 0 else { throw Errno.connectionReset }
            count += got
            if head == nil { head = Self.head(of: buffer[..<count], hasBody: hasBody) }
            if let head, count >= head.byteCount { return head.status }
            if count == buffer.count { buffer += [UInt8](repeating: 0, count: buffer.count) }
        }
    }

    /// The status, and how many bytes head and body have; `nil` while the head is not whole.
    private static func head(of bytes: ArraySlice<UInt8>, hasBody: Bool) -> (status: Int, byteCount: Int)? {
        guard let end = bytes.firstRange(of: [13, 10, 13, 10])?.upperBound else { return nil }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        guard hasBody else { return (status, end) }
        let name = "content-length:"
        let line = lines.first { $0.lowercased().hasPrefix(name) }
        let length = line.flatMap { Int($0.dropFirst(name.count).drop { $0 == " " }) } ?? 0
        return (status, end + length)
    }
}
