import SystemPackage

/// Small files that the kernel makes while they are read.
public enum ProcFile {
    /// The longest that is read. Bytes.
    private static let maximum = 1 << 20

    /// The text of one; `nil` when it is not there. Their lengths are not known before (Foundation takes them for short), and the kernel
    /// gives a page at a time.
    public static func text(_ path: String) -> String? {
        guard let file = try? FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec) else { return nil }
        defer { try? file.close() }
        var text: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 8192)
        while text.count < maximum {
            let count = unsafe try? part.withUnsafeMutableBytes { unsafe try file.read(into: $0) }
            guard let count else { return nil }
            if count == 0 { break }
            text += part[..<count]
        }
        return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
    }
}
