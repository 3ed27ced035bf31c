internal import Glibc
internal import SystemPackage

/// Small files that a build keeps between builds, and reads whole. All calls block.
enum StateFile {
    /// The bytes of a file.
    /// - Throws: `io`, also when there are more than `maximum`.
    static func read(_ path: FilePath, upTo maximum: Int) throws(BuildError) -> [UInt8] {
        let file = try OpenFile(reading: path)
        let size = try file.stamp().size
        guard size <= UInt64(maximum) else {
            throw BuildError(.io, "\(path) has \(size) bytes; at most \(maximum) are read.")
        }
        var bytes = [UInt8](repeating: 0, count: Int(size))
        try file.read(into: &bytes, count: bytes.count, at: 0)
        return bytes
    }

    /// Puts `bytes` into a file, whole or not at all: they are written beside it and renamed.
    /// - Throws: `io`.
    static func write(_ bytes: [UInt8], to path: FilePath) throws(BuildError) {
        let beside = FilePath(path.string + ".\(getpid()).new")
        do {
            let file = try FileDescriptor.open(
                beside, .writeOnly, options: [.create, .truncate, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
            try file.closeAfter { _ = try unsafe bytes.withUnsafeBytes { try unsafe file.writeAll($0) } }
            try rename(beside, to: path)
        } catch {
            unsafe beside.withPlatformString { _ = unsafe unlink($0) }
            throw (error as? BuildError) ?? BuildError(.io, "\(path) cannot be written: \(error).", cause: error)
        }
    }

    /// Renames a file, replacing what is there.
    /// - Throws: `io`.
    static func rename(_ from: FilePath, to: FilePath) throws(BuildError) {
        do throws(Errno) {
            try from.rename(to: to)
        } catch {
            throw BuildError(.io, "\(from) cannot be renamed to \(to): \(error).", cause: error)
        }
    }

    /// Makes a directory and those above it.
    /// - Throws: `io`.
    static func makeDirectory(_ path: FilePath) throws(BuildError) {
        var above = FilePath(root: path.root, [])
        for component in path.components {
            above.append(component)
            let result = unsafe above.withPlatformString { unsafe mkdir($0, 0o755) }
            guard result == 0 || errno == EEXIST else {
                let error = Errno(rawValue: errno)
                throw BuildError(.io, "The directory \(above) cannot be made: \(error).", cause: error)
            }
        }
    }
}
