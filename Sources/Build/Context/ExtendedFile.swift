internal import CLinux
internal import Chunking
internal import Glibc
internal import SystemPackage

/// What directories, links and extended attributes say, as bytes. All calls block; none follows a link.
enum ExtendedFile {
    /// The names in a directory but `.` and `..`, in the order of the disk.
    /// - Throws: `io`.
    static func names(in directory: FilePath) throws(BuildError) -> [[UInt8]] {
        guard let stream = unsafe directory.withPlatformString({ unsafe opendir($0) }) else {
            throw failure("\(directory) cannot be read")
        }
        defer { unsafe closedir(stream) }
        var names: [[UInt8]] = []
        errno = 0
        while let row = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &row.pointee.d_name) { bytes in
                unsafe Array(bytes.prefix { $0 != 0 })
            }
            if name != [UInt8(ascii: ".")], name != [UInt8(ascii: "."), UInt8(ascii: ".")] { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw failure("\(directory) cannot be read") }
        return names
    }

    /// The text of a symbolic link.
    /// - Throws: `io`.
    static func linkTarget(of file: FilePath) throws(BuildError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe file.withPlatformString { path in
            unsafe buffer.withUnsafeMutableBytes { room in
                guard let start = unsafe room.assumingMemoryBound(to: CChar.self).baseAddress else { return -1 }
                return unsafe readlink(path, start, room.count)
            }
        }
        guard count >= 0 else { throw failure("The link \(file) cannot be read") }
        return Array(buffer.prefix(count))
    }

    /// The attributes that an image keeps, sorted by name: `security.capability` and `user.…`. None where the file
    /// system has none.
    static func keptAttributes(of file: FilePath) -> [Entry.ExtendedAttribute] {
        let list = unsafe bytes { unsafe llistxattr(file, $0, $1) }
        if list.isEmpty { return [] }
        let names = list.split(separator: 0).map { Array($0) }.filter(Whiteout.isKept)
        return names.sorted { $0.lexicographicallyPrecedes($1) }.map { name in
            let terminated = name.map { CChar(bitPattern: $0) } + [0]
            let value = unsafe bytes { room, count in
                unsafe file.withPlatformString { unsafe lgetxattr($0, terminated, room, count) }
            }
            return Entry.ExtendedAttribute(name: name, value: value)
        }
    }

    private static func llistxattr(_ file: FilePath, _ room: UnsafeMutableRawPointer?, _ count: Int) -> Int {
        unsafe file.withPlatformString { path in
            unsafe CLinux.llistxattr(path, room?.assumingMemoryBound(to: CChar.self), count)
        }
    }

    /// What a call with a buffer and its size gives, which says how much it needs when the size is 0.
    private static func bytes(_ call: (UnsafeMutableRawPointer?, Int) -> Int) -> [UInt8] {
        let needed = call(nil, 0)
        guard needed > 0 else { return [] }
        var buffer = [UInt8](repeating: 0, count: needed)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe call($0.baseAddress, $0.count) }
        return Array(buffer.prefix(max(0, count)))
    }

    private static func failure(_ what: String) -> BuildError {
        let error = Errno(rawValue: errno)
        return BuildError(.io, "\(what): \(error).", cause: error)
    }
}
