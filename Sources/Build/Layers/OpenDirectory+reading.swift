internal import CLinux
internal import Chunking
internal import Glibc
internal import SystemPackage

extension OpenDirectory {
    func status(_ name: FileName) throws(Errno) -> FileStatus {
        var information = stat()
        try Errno.check { unsafe fstatat(rawValue, name.terminated, &information, AT_SYMLINK_NOFOLLOW) }
        return FileStatus(information)
    }

    /// The names in the directory without `.` and `..`, sorted by bytes.
    func names() throws(Errno) -> [[UInt8]] {
        // The stream takes over what it is given and moves its position, so it gets a descriptor of its own.
        let own = try Errno.check { unsafe openat(rawValue, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard let stream = unsafe fdopendir(own) else {
            let error = Errno(rawValue: errno)
            close(own)
            throw error
        }
        defer { unsafe closedir(stream) }
        var names: [[UInt8]] = []
        while true {
            errno = 0
            guard let row = unsafe readdir(stream) else {
                if errno != 0 { throw Errno(rawValue: errno) }
                break
            }
            let name = unsafe withUnsafeBytes(of: &row.pointee.d_name) { unsafe Array($0.prefix { $0 != 0 }) }
            if name != [UInt8(ascii: ".")], name != Array("..".utf8) { names.append(name) }
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// Where it is, without links on the way.
    var realPath: FilePath {
        get throws(Errno) {
            let text = try linkText(FileName("/proc/self/fd/\(rawValue)"))
            return FilePath(String(decoding: text, as: UTF8.self))
        }
    }

    func linkText(_ name: FileName) throws(Errno) -> [UInt8] {
        var text = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = try Errno.check { unsafe readlinkat(rawValue, name.terminated, &text, text.count) }
        return text.prefix(count).map { UInt8(bitPattern: $0) }
    }

    /// The value of an attribute of `name`; `nil` when it has none of that name.
    func attribute(_ attribute: String, of name: FileName) throws(Errno) -> [UInt8]? {
        try value(of: FileName(attribute), at: attributePath(name))
    }

    /// The attributes of `name` whose names `isWanted` accepts, sorted by name.
    func attributes(
        of name: FileName, where isWanted: ([UInt8]) -> Bool
    ) throws(Errno) -> [Entry.ExtendedAttribute] {
        let path = attributePath(name)
        var list = [CChar](repeating: 0, count: 1024)
        var count = 0
        while true {
            do throws(Errno) {
                count = try Errno.check { unsafe llistxattr(path.terminated, &list, list.count) }
                break
            } catch .outOfRange {
                list = [CChar](repeating: 0, count: list.count * 8)
            } catch .notSupported {
                return []
            }
        }
        var attributes: [Entry.ExtendedAttribute] = []
        for part in list.prefix(count).split(separator: 0) {
            let key = part.map { UInt8(bitPattern: $0) }
            guard isWanted(key), let value = try value(of: FileName(key), at: path) else { continue }
            attributes.append(Entry.ExtendedAttribute(name: key, value: value))
        }
        return attributes.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    /// Sets an attribute of `name`, also of what cannot be opened.
    func setAttribute(_ attribute: Entry.ExtendedAttribute, of name: FileName) throws(Errno) {
        let path = attributePath(name)
        let key = FileName(attribute.name)
        try Errno.check {
            unsafe lsetxattr(path.terminated, key.terminated, attribute.value, attribute.value.count, 0)
        }
    }

    /// Removes an attribute of the directory itself, if it has it.
    func removeAttribute(_ attribute: String) throws(Errno) {
        let key = FileName(attribute)
        do throws(Errno) {
            try Errno.check { unsafe fremovexattr(rawValue, key.terminated) }
        } catch .noData {}
    }

    private func value(of key: FileName, at path: FileName) throws(Errno) -> [UInt8]? {
        var value = [UInt8](repeating: 0, count: EntryTable.attributeBytesMaximum)
        do throws(Errno) {
            let count = try Errno.check { unsafe lgetxattr(path.terminated, key.terminated, &value, value.count) }
            return Array(value.prefix(count))
        } catch .noData {
            return nil
        } catch .notSupported {
            return nil
        }
    }

    /// There are no calls for attributes by directory and name before Linux 6.13; this path means the same.
    private func attributePath(_ name: FileName) -> FileName {
        FileName("/proc/self/fd/\(rawValue)/".utf8 + name.terminated.dropLast().map { UInt8(bitPattern: $0) })
    }
}
