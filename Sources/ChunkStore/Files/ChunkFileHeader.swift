internal import Chunking
internal import SystemPackage

/// The first 64 bytes of a chunk file.
struct ChunkFileHeader: Hashable, Sendable {
    static let byteCount = 64
    static let magic = Array("LARDERCF".utf8)
    static let version: UInt32 = 1
    private static let checkedByteCount = 56

    let number: UInt32
    /// Seconds since 1970.
    let created: UInt64
    let salt: RootSalt

    init(number: UInt32, created: UInt64, salt: RootSalt) {
        self.number = number
        self.created = created
        self.salt = salt
    }

    /// Reads a header; `nil` when the bytes are not one of this version.
    init?(_ bytes: RawSpan) {
        guard bytes.byteCount >= Self.byteCount,
            [UInt8](copying: bytes.extracting(first: Self.magic.count)) == Self.magic,
            bytes.integer(at: 8, as: UInt32.self) == Self.version,
            bytes.integer(at: Self.checkedByteCount, as: UInt64.self)
                == RootSalt.unsaltedChecksum(bytes.extracting(first: Self.checkedByteCount))
        else { return nil }
        number = bytes.integer(at: 12)
        created = bytes.integer(at: 16)
        salt = RootSalt(bytes.integer(at: 24))
    }

    /// Whether `bytes` are the header of chunk file `number` of the root with this salt.
    static func isRight(_ bytes: [UInt8], for number: UInt32, _ salt: RootSalt) -> Bool {
        guard let header = unsafe ChunkFileHeader(bytes.span.bytes) else { return false }
        return header.number == number && header.salt == salt
    }

    /// The version that a whole header of any version says; `nil` when the bytes are none.
    static func version(in bytes: RawSpan) -> UInt32? {
        guard bytes.byteCount >= byteCount, [UInt8](copying: bytes.extracting(first: magic.count)) == magic,
            bytes.integer(at: checkedByteCount, as: UInt64.self)
                == RootSalt.unsaltedChecksum(bytes.extracting(first: checkedByteCount))
        else { return nil }
        return bytes.integer(at: 8)
    }

    /// - Throws: `unsupportedFormat` when `bytes` are a whole header of another version.
    static func checkVersion(of bytes: [UInt8], at path: FilePath) throws(StoreError) {
        guard let found = unsafe version(in: bytes.span.bytes), found != version else { return }
        throw StoreError(
            .unsupportedFormat,
            "chunk file \(path) is of version \(found), this program knows \(version); use the version that wrote it")
    }

    func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: Self.byteCount)
        writer.write(Self.magic)
        writer.writeFixed(Self.version)
        writer.writeFixed(number)
        writer.writeFixed(created)
        writer.writeFixed(salt.value)
        writer.write([UInt8](repeating: 0, count: 24))
        writer.writeFixed(unsafe RootSalt.unsaltedChecksum(writer.bytes.span.bytes))
        return writer.bytes
    }

    /// The name of chunk file `number`: its decimal digits, at least eight.
    static func name(_ number: UInt32) -> FilePath.Component {
        let digits = String(number)
        let padding = String(repeating: "0", count: max(0, 8 - digits.utf8.count))
        // Digits and a suffix are always one valid component, so the second branch is never taken.
        return FilePath.Component(padding + digits + ".chunks") ?? "chunks"
    }

    /// The number in a chunk file's name; `nil` for any other name.
    static func number(named name: FilePath.Component) -> UInt32? {
        guard name.extension == "chunks", let number = UInt32(name.stem), number > 0, Self.name(number) == name else {
            return nil
        }
        return number
    }
}
