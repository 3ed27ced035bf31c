import SystemPackage

/// Small files that the kernel makes while they are read.
public enum ProcFile {
    /// The text of one, up to 8 KiB; `nil` when it is not there.
    public static func text(_ path: String) -> String? {
        guard let file = try? FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec) else { return nil }
        defer { try? file.close() }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = unsafe try? bytes.withUnsafeMutableBytes { unsafe try file.read(into: $0) }
        guard let count, count > 0 else { return nil }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
