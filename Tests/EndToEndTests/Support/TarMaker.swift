import Chunking
import TestSupport

/// Makes small tars out of a seed: what a test uploads must be a layer, and must be repeatable.
enum TarMaker {
    /// A tar of `files` regular files with up to `sizeMaximum` bytes each.
    static func tar(files: Int, sizeMaximum: Int, using random: inout SeededGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        for index in 0..<files {
            let size = Int(random.next() % UInt64(sizeMaximum + 1))
            bytes += header(name: "file-\(index)", size: size, mtime: random.next() % 1_700_000_000)
            for _ in 0..<((size + 511) / 512 * 512 / 8) {
                unsafe withUnsafeBytes(of: random.next()) { unsafe bytes.append(contentsOf: $0) }
            }
            // Padding is zero in a real tar.
            let padding = (512 - size % 512) % 512
            bytes.replaceSubrange(bytes.count - padding..<bytes.count, with: repeatElement(0, count: padding))
        }
        return bytes + [UInt8](repeating: 0, count: 1024)
    }

    private static func header(name: String, size: Int, mtime: UInt64) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            for (index, byte) in text.utf8.enumerated() { block[offset + index] = byte }
        }
        func octal(_ value: UInt64, width: Int) -> String {
            let digits = String(value, radix: 8)
            return String(repeating: "0", count: width - digits.count) + digits
        }
        put(name, at: 0)
        put("0000644\0", at: 100)
        put("0000000\0", at: 108)
        put("0000000\0", at: 116)
        put(octal(UInt64(size), width: 11), at: 124)
        put(octal(mtime, width: 11), at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar\0" + "00", at: 257)
        let sum = block.reduce(0) { $0 + UInt64($1) }
        put(octal(sum, width: 6) + "\0 ", at: 148)
        return block
    }
}
