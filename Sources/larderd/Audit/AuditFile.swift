import FoundationEssentials
import SystemPackage

/// The file that audit lines go to, and the older ones beside it: `audit.log`, `audit.log.1` and so on, the oldest last.
/// Calls block, and come one after the other.
struct AuditFile: Sendable {
    let path: FilePath
    /// From which length a new one is begun. Bytes.
    let sizeMaximum: UInt64
    /// How many there are, with the one that is written.
    let countMaximum: Int

    /// Appends whole lines. The file is opened each time, so that it may be moved away by others at any time.
    /// - Throws: `Errno`, and what FileManager throws.
    func append(_ lines: [UInt8]) throws {
        try rotate(before: UInt64(lines.count))
        let file = try FileDescriptor.open(
            path, .readWrite, options: [.create, .append, .closeOnExec, .noFollow], permissions: [.ownerReadWrite])
        try file.closeAfter {
            // What a write that failed left of a line is no part of the next.
            let end = try file.seek(offset: 0, from: .end)
            var isTorn = false
            if end > 0 {
                var last: UInt8 = 0
                let count = try unsafe withUnsafeMutableBytes(of: &last) {
                    try unsafe file.read(fromAbsoluteOffset: end - 1, into: $0)
                }
                isTorn = count == 1 && last != UInt8(ascii: "\n")
            }
            try file.writeAll(isTorn ? [UInt8(ascii: "\n")] + lines : lines)
        }
    }

    private func rotate(before count: UInt64) throws {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path.string)
        guard let size = attributes?[.size] as? UInt64 ?? (attributes?[.size] as? Int).map(UInt64.init), size > 0,
            size + count > sizeMaximum
        else { return }
        guard countMaximum > 1 else { return try FileManager.default.removeItem(atPath: path.string) }
        try? FileManager.default.removeItem(atPath: older(countMaximum - 1))
        for number in stride(from: countMaximum - 2, through: 0, by: -1)
        where FileManager.default.fileExists(atPath: older(number)) {
            try FileManager.default.moveItem(atPath: older(number), toPath: older(number + 1))
        }
    }

    private func older(_ number: Int) -> String { number == 0 ? path.string : "\(path.string).\(number)" }
}
