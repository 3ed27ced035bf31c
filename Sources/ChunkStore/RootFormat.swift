/// What the file `format` says of a root: its version, and the salt of its checksums.
struct RootFormat: Hashable, Sendable {
    private static let firstLine = "larder store 1"
    private static let saltPrefix = "salt "
    private static let saltDigits = 16
    /// No format file of this version is longer. Bytes.
    static let byteMaximum = 64

    let salt: RootSalt

    init(salt: RootSalt) {
        self.salt = salt
    }

    /// Reads the content of the file.
    /// - Throws: `unsupportedFormat` when it is of another version, or is none.
    init(_ text: String, of root: String) throws(StoreError) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.first == Self.firstLine[...] else {
            let found = lines.first.flatMap { $0.isEmpty ? nil : $0 } ?? "empty"
            throw StoreError(
                .unsupportedFormat,
                "\(root) is of format '\(found)', this version knows '\(Self.firstLine)'; use the version that wrote it"
            )
        }
        guard lines.count == 3, lines[2].isEmpty, lines[1].hasPrefix(Self.saltPrefix),
            case let digits = lines[1].dropFirst(Self.saltPrefix.count), digits.utf8.count == Self.saltDigits,
            let value = UInt64(digits, radix: 16)
        else {
            throw StoreError(
                .unsupportedFormat,
                "the second line of \(root)/format is not 'salt' and 16 hexadecimal digits; each chunk file has the "
                    + "salt in bytes 24 to 31 (little-endian), from which it can be written again")
        }
        salt = RootSalt(value)
    }

    /// The content of the file.
    var text: String {
        let digits = String(salt.value, radix: 16)
        return "\(Self.firstLine)\n\(Self.saltPrefix)"
            + String(repeating: "0", count: Self.saltDigits - digits.utf8.count) + digits + "\n"
    }
}
