/// A chunk as a recipe names it: the digest of its bytes and how many there are.
public struct ChunkReference: Hashable, Sendable {
    /// The longest chunk that any parameter set may ask for and any decoder accepts. Bytes.
    public static let lengthMaximum: UInt32 = 1 << 20

    /// The SHA-256 of the chunk's bytes.
    public let id: Digest
    /// The chunk's length in bytes, 1 to ``ChunkParameters/maximum``.
    public let length: UInt32

    /// Makes a reference; nothing is checked.
    public init(id: Digest, length: UInt32) {
        self.id = id
        self.length = length
    }
}
