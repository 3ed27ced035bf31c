internal import Glibc
internal import SystemPackage

/// Reads and writes whole files that are known to be small.
enum SmallFile {
    /// The longest file that is read. Bytes.
    static let byteCountMaximum = 1 << 30

    static func read(_ path: FilePath) throws(Errno) -> [UInt8] {
        let flags = O_RDONLY | O_CLOEXEC
        let file = OwnedDescriptor(
            owning: try Errno.check { unsafe path.withPlatformString { unsafe open($0, flags) } })
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = try file.read(into: &part, 0..<part.count)
            if count == 0 { return bytes }
            bytes += part[..<count]
            guard bytes.count <= byteCountMaximum else { throw .fileTooLarge }
        }
    }

    /// Writes a new file.
    static func write(_ bytes: [UInt8], to path: FilePath, mode: UInt32 = 0o600) throws(Errno) {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        let file = OwnedDescriptor(
            owning: try Errno.check { unsafe path.withPlatformString { unsafe open($0, flags, mode) } })
        try unsafe file.write(bytes.span.bytes)
        try file.setMode(mode)
    }
}
