import Glibc
import SystemPackage

/// Standard input, which `larder build` may have to read before docker reads it.
enum ShimInput {
    /// Puts what comes in into a file without a name, which then is standard input and can be read again.
    /// - Throws: `Errno`.
    static func keep() throws {
        // O_TMPFILE, a macro that the importer cannot read.
        let unnamed = FileDescriptor.OpenOptions(rawValue: 0o20_000_000 | O_DIRECTORY | O_CLOEXEC)
        let file = try FileDescriptor.open(
            "/tmp", .readWrite, options: unnamed, permissions: .ownerReadWrite)
        defer { try? file.close() }
        var part = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = try unsafe part.withUnsafeMutableBytes {
                try unsafe FileDescriptor.standardInput.read(into: $0)
            }
            if count == 0 { break }
            _ = try unsafe part.withUnsafeBytes {
                try unsafe file.writeAll(UnsafeRawBufferPointer(rebasing: $0[..<count]))
            }
        }
        _ = try file.duplicate(as: .standardInput)
        try rewind()
    }

    /// The next reader begins at the beginning.
    static func rewind() throws {
        _ = try FileDescriptor.standardInput.seek(offset: 0, from: .start)
    }
}
