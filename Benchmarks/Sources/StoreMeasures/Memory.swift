import SystemPackage

/// The memory of this process.
enum Memory {
    /// Anonymous resident memory, as the kernel counts it now. Bytes.
    static func anonymous() throws -> Int {
        let file = try FileDescriptor.open(FilePath("/proc/self/status"), .readOnly)
        defer { try? file.close() }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = unsafe try bytes.withUnsafeMutableBytes { unsafe try file.read(into: $0) }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        for line in text.split(separator: "\n") where line.hasPrefix("RssAnon:") {
            let fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            if fields.count > 1, let kilobytes = Int(fields[1]) { return kilobytes << 10 }
        }
        throw BenchError("the kernel does not say RssAnon")
    }
}
