internal import Glibc
internal import SystemPackage

/// The files and directories of a root.
struct RootLayout: Sendable {
    let root: FilePath
    let disk: Disk
    var chunks: FilePath { root.appending("chunks") }
    var index: FilePath { root.appending("index") }
    /// Where a rebuild makes the index.
    var newIndex: FilePath { root.appending("index.new") }
    /// Where a rebuild puts the index that it replaces.
    var oldIndex: FilePath { root.appending("index.old") }
    private var formatFile: FilePath { root.appending("format") }
    var hasFormat: Bool { Self.exists(formatFile) }

    /// Makes `root` and the directories above it where they are missing, so that they outlast a loss of power.
    func makeRoot() throws(StoreError) {
        var missing: [FilePath] = []
        var path = root
        while !path.isEmpty, !Self.exists(path) {
            missing.append(path)
            path = path.removingLastComponent()
        }
        for path in missing.reversed() {
            try Self.makeDirectory(path)
            let parent = path.removingLastComponent()
            try sync(parent.isEmpty ? "." : parent)
        }
    }

    /// Makes what is missing in the root and checks that its format is known. The root must be locked.
    /// - Throws: `unsupportedFormat`, `io`, `diskFull`.
    func prepare() throws(StoreError) -> RootFormat {
        try finishSwap()
        try Self.makeDirectory(chunks)
        try Self.makeDirectory(index)
        let format: RootFormat
        if Self.exists(formatFile) {
            format = try readFormat()
        } else {
            try checkEmpty()
            format = RootFormat(salt: .random())
            try write(format)
        }
        try sync(root)
        return format
    }

    /// A backup has its format last.
    private func checkEmpty() throws(StoreError) {
        let hasIndex = Self.exists(index.appending("data.mdb"))
        let hasChunks = try Self.names(in: chunks).contains { $0.hasSuffix(".chunks") }
        guard hasIndex || hasChunks else { return }
        throw missingFormat
    }

    /// What is wrong with a root that has content but no format.
    var missingFormat: StoreError {
        StoreError(
            .unsupportedFormat,
            "\(root) has no file 'format', so it is a backup that was not finished, which is of no use, or a store that has "
                + "lost the file: then copy that from any backup of this store, where it is the same")
    }

    /// - Throws: `unsupportedFormat`, `io`.
    func readFormat() throws(StoreError) -> RootFormat {
        let bytes: [UInt8]
        do throws(Errno) {
            bytes = try Errno.catching {
                let file = try FileDescriptor.open(formatFile, .readOnly, options: .closeOnExec)
                defer { try? file.close() }
                return try disk.read(file, 0, RootFormat.byteMaximum + 1)
            }
        } catch {
            throw .disk("read", formatFile, error)
        }
        return try RootFormat(String(decoding: bytes, as: UTF8.self), of: root.string)
    }

    /// Written under another name first: an interrupted start leaves either no format file or a whole one.
    func write(_ format: RootFormat) throws(StoreError) {
        let temporary = root.appending("format.new")
        do throws(Errno) {
            try Errno.catching {
                let file = try FileDescriptor.open(
                    temporary, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: .ownerReadWrite)
                defer { try? file.close() }
                try file.writeAll(format.text.utf8)
                try disk.sync(file)
            }
            try disk.rename(temporary, formatFile)
        } catch {
            throw .disk("write", formatFile, error)
        }
    }
}

extension RootLayout {
    func sync(_ directory: FilePath) throws(StoreError) {
        do throws(Errno) {
            try disk.syncDirectory(directory)
        } catch {
            throw .disk("sync directory", directory, error)
        }
    }

    static func exists(_ path: FilePath) -> Bool {
        unsafe path.withPlatformString { unsafe access($0, F_OK) } == 0
    }

    static func makeDirectory(_ path: FilePath) throws(StoreError) {
        do throws(Errno) {
            try Errno.check { unsafe path.withPlatformString { unsafe mkdir($0, 0o700) } }
        } catch .fileExists {
            return
        } catch {
            throw .disk("make directory", path, error)
        }
    }

    /// The names in `directory`, in no order.
    static func names(in directory: FilePath) throws(StoreError) -> [String] {
        guard let stream = unsafe directory.withPlatformString({ unsafe opendir($0) }) else {
            throw .disk("list", directory, Errno(rawValue: errno))
        }
        defer { unsafe _ = closedir(stream) }
        var names: [String] = []
        while true {
            // The end and a failure differ in `errno` only.
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                if errno == 0 { return names }
                throw .disk("list", directory, Errno(rawValue: errno))
            }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }
}
