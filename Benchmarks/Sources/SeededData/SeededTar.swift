/// A tar of regular files, as a layer is.
package enum SeededTar {
    /// Files of `sizes` bytes, half of which are text.
    package static func bytes(ofFiles sizes: [Int], seed: UInt64) -> [UInt8] {
        var random = SeededBytes(seed: seed)
        var tar: [UInt8] = []
        for (number, size) in sizes.enumerated() {
            tar += header("usr/lib/part-\(number % 7)/file-\(number)", size)
            tar += number.isMultiple(of: 2) ? random.text(size) : random.noise(size)
            tar += [UInt8](repeating: 0, count: (512 - size % 512) % 512)
        }
        return tar + [UInt8](repeating: 0, count: 1024)
    }

    /// A header in the form ustar (POSIX.1-1988).
    private static func header(_ name: String, _ size: Int) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            for (index, byte) in text.utf8.enumerated() { block[offset + index] = byte }
        }
        put(name, at: 0)
        put("0000644", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        put(octal(size), at: 124)
        put(octal(1_700_000_000), at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        let sum = block.reduce(0) { $0 + Int($1) }
        put(String(octal(sum).suffix(6)) + "\0 ", at: 148)
        return block
    }

    /// Eleven digits.
    private static func octal(_ number: Int) -> String {
        let digits = String(number, radix: 8)
        return String(repeating: "0", count: max(0, 11 - digits.count)) + digits
    }
}
