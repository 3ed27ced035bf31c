/// Reads back, one after the other, what a ``ByteWriter`` wrote; never reads past the end.
///
/// Every method throws `malformed` when the bytes end before the value does, and leaves the position anywhere then.
public struct ByteReader: Sendable {
    /// How many bytes have been read.
    public private(set) var position = 0
    private let bytes: [UInt8]
    private let subject: String

    /// Begins at the first of `bytes`. `subject` names them in messages, as in "the recipe".
    public init(_ bytes: [UInt8], subject: String) {
        self.bytes = bytes
        self.subject = subject
    }

    /// Begins at the first byte of a copy of `bytes`. O(n).
    public init(_ bytes: RawSpan, subject: String) {
        self.init([UInt8](copying: bytes), subject: subject)
    }

    /// How many bytes are left.
    public var remaining: Int { bytes.count - position }

    /// Reads one byte.
    public mutating func readByte() throws(ChunkingError) -> UInt8 {
        guard position < bytes.count else { throw endsEarly() }
        defer { position += 1 }
        return bytes[position]
    }

    /// Reads an integer of fixed width, lowest byte first.
    public mutating func readFixed<Value: FixedWidthInteger & UnsignedInteger>(
        _ type: Value.Type = Value.self
    ) throws(ChunkingError) -> Value {
        let count = Value.bitWidth / 8
        guard remaining >= count else { throw endsEarly() }
        var value: Value = 0
        for index in 0..<count {
            value |= Value(bytes[position + index]) << Value(index * 8)
        }
        position += count
        return value
    }

    /// Reads a varint.
    /// - Throws: `malformed` also for one that is longer than it need be or does not fit 64 bits.
    public mutating func readVarint() throws(ChunkingError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            let byte = try readByte()
            let bits = UInt64(byte & 0x7f)
            if shift == 63 && bits > 1 { break }
            value |= bits << shift
            if byte & 0x80 == 0 {
                if byte == 0 && shift > 0 { break }
                return value
            }
        }
        throw malformed("holds a number that is not in its shortest form or exceeds 64 bits")
    }

    /// Reads a varint that must fit `Value`.
    /// - Throws: `malformed` also when it does not.
    public mutating func readVarint<Value: FixedWidthInteger>(
        as type: Value.Type
    ) throws(ChunkingError) -> Value {
        guard let value = Value(exactly: try readVarint()) else {
            throw malformed("holds a number that is out of range")
        }
        return value
    }

    /// Reads a count of things that take at least `size` bytes each and of which at most `maximum` are allowed, so
    /// that memory can be reserved for them.
    /// - Throws: `tooLarge` above `maximum`; `malformed` also when fewer bytes are left than the things take.
    public mutating func readCount(maximum: Int, size: Int = 1) throws(ChunkingError) -> Int {
        let count = try readVarint()
        guard count <= UInt64(maximum) else {
            throw ChunkingError(
                .tooLarge, "\(subject) announces \(count) items at byte \(position), more than the \(maximum) allowed")
        }
        guard count <= UInt64(remaining / max(size, 1)) else { throw endsEarly() }
        return Int(count)
    }

    /// Reads a zigzag coded varint.
    public mutating func readSignedVarint() throws(ChunkingError) -> Int64 {
        let value = try readVarint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// Reads the 32 bytes of a digest.
    public mutating func readDigest() throws(ChunkingError) -> Digest {
        guard let digest = unsafe Digest(rawBytes: bytes.span.bytes, at: position) else { throw endsEarly() }
        position += Digest.byteCount
        return digest
    }

    /// Reads `count` bytes; lent as a part of what is being read, so nothing is copied.
    public mutating func readBytes(_ count: Int) throws(ChunkingError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= remaining else { throw endsEarly() }
        defer { position += count }
        return bytes[position..<(position + count)]
    }

    /// Reads a length of at most `maximum` and as many bytes.
    /// - Throws: `tooLarge` above `maximum`.
    public mutating func readCounted(maximum: Int) throws(ChunkingError) -> ArraySlice<UInt8> {
        try readBytes(readCount(maximum: maximum))
    }

    /// Checks that nothing is left.
    /// - Throws: `malformed` otherwise.
    public func expectEnd() throws(ChunkingError) {
        guard remaining == 0 else { throw malformed("goes on for \(remaining) bytes after its end") }
    }

    /// The error for content that is wrong at the present position: "`subject` `problem` at byte `position`".
    public func malformed(_ problem: String) -> ChunkingError {
        ChunkingError(.malformed, "\(subject) \(problem) (at byte \(position)); fetch or store it again")
    }

    private func endsEarly() -> ChunkingError {
        malformed("ends after \(bytes.count) bytes, inside a value")
    }
}
