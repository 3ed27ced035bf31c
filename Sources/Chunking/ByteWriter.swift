/// Appends the primitives that Larder's binary formats are made of to an array of bytes.
///
/// Fixed-width integers are little-endian. Variable-length ones ("varints") are LEB128: seven bits a byte, lowest
/// first, the high bit set on every byte but the last; the shortest form is written.
public struct ByteWriter: Sendable {
    /// What has been written so far.
    public private(set) var bytes: [UInt8]

    /// Begins with nothing written and room for `capacity` bytes.
    public init(capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Begins after `bytes`, which stay as they are.
    public init(appendingTo bytes: consuming [UInt8]) {
        self.bytes = bytes
    }

    /// Writes one byte.
    public mutating func write(_ byte: UInt8) {
        bytes.append(byte)
    }

    /// Writes `value` in as many bytes as its type has, lowest first.
    public mutating func writeFixed(_ value: some FixedWidthInteger & UnsignedInteger) {
        var rest = value
        for _ in 0..<(value.bitWidth / 8) {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    /// Writes `value` as a varint of 1 to 10 bytes.
    public mutating func writeVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Writes a count or a length, which is never negative, as a varint.
    public mutating func writeVarint(_ count: Int) {
        writeVarint(UInt64(count))
    }

    /// Writes `value` zigzag coded (0, -1, 1, -2, …) as a varint, so that small magnitudes are short.
    public mutating func writeSignedVarint(_ value: Int64) {
        writeVarint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    /// Writes the 32 bytes of `digest`.
    public mutating func write(_ digest: Digest) {
        digest.append(to: &bytes)
    }

    /// Writes `content` without its length.
    public mutating func write(_ content: some Collection<UInt8>) {
        bytes.append(contentsOf: content)
    }

    /// Writes the length of `content` as a varint, then `content`.
    public mutating func writeCounted(_ content: some Collection<UInt8>) {
        writeVarint(content.count)
        bytes.append(contentsOf: content)
    }
}
