internal import Glibc
internal import SystemPackage

/// The files and directories of a root.
struct RootLayout: Sendable {
    static let format = "larder 1\n"

    let root: FilePath
    let disk: Disk
    var chunks: FilePath { root.appending("chunks") }
    var index: FilePath { root.appending("index") }
    private var formatFile: FilePath { root.appending("format") }

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
    func prepare() throws(StoreError) {
        try Self.makeDirectory(chunks)
        try Self.makeDirectory(index)
        if Self.exists(formatFile) {
            try checkFormat()
        } else {
            try writeFormat()
        }
        try sync(root)
    }

    /// - Throws: `unsupportedFormat`, `io`.
    func checkFormat() throws(StoreError) {
        let text: String
        do throws(Errno) {
            let bytes = try Errno.catching {
                let file = try FileDescriptor.open(formatFile, .readOnly, options: .closeOnExec)
                defer { try? file.close() }
                return try disk.read(file, 0, 64)
            }
            text = String(decoding: bytes, as: UTF8.self)
        } catch {
            throw .disk("read", formatFile, error)
        }
        guard text == Self.format else {
            let found = text.split(separator: "\n").first ?? "empty"
            throw StoreError(
                .unsupportedFormat,
                "\(root) is of format '\(found)', this version knows 'larder 1'; use the version that wrote it")
        }
    }

    /// Written under another name first: an interrupted start leaves either no format file or a whole one.
    private func writeFormat() throws(StoreError) {
        let temporary = root.appending("format.new")
        do throws(Errno) {
            try Errno.catching {
                let file = try FileDescriptor.open(
                    temporary, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: .ownerReadWrite)
                defer { try? file.close() }
                try file.writeAll(Self.format.utf8)
                try disk.sync(file)
            }
            try Self.rename(temporary, formatFile)
        } catch {
            throw .disk("write", formatFile, error)
        }
    }
}

extension RootLayout {
    private func sync(_ directory: FilePath) throws(StoreError) {
        do throws(Errno) {
            try disk.syncDirectory(directory)
        } catch {
            throw .disk("sync directory", directory, error)
        }
    }

    static func rename(_ old: FilePath, _ new: FilePath) throws(Errno) {
        try Errno.check {
            unsafe old.withPlatformString { old in
                unsafe new.withPlatformString { new in unsafe Glibc.rename(old, new) }
            }
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
