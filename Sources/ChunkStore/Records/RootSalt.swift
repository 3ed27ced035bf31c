internal import CXXHash
internal import Chunking

/// A number that a root drew when it was made, and what it is for: the checksum of its records. What guards another
/// root's records is not right for this one's, so that bytes of a chunk file that are stored as content, a backup say,
/// are never taken for records.
struct RootSalt: Hashable, Sendable {
    let value: UInt64

    init(_ value: UInt64) {
        self.value = value
    }

    static func random() -> RootSalt {
        RootSalt(.random(in: .min ... .max))
    }

    /// What guards a record: XXH3 of its body, seeded with that of its header, which is seeded with the salt. It tells
    /// accidents, not attackers. (XXH3, 64 bits: https://github.com/Cyan4973/xxHash, doc/xxhash_spec.md.)
    func checksum(_ header: RawSpan, _ body: RawSpan) -> UInt64 {
        Self.hash(body, seed: Self.hash(header, seed: value))
    }

    /// What guards bytes that are the same in every root.
    static func unsaltedChecksum(_ bytes: RawSpan) -> UInt64 { hash(bytes, seed: 0) }

    private static func hash(_ bytes: RawSpan, seed: UInt64) -> UInt64 {
        // unsafe: the library reads the bytes lent and keeps no pointer.
        unsafe bytes.withUnsafeBytes { unsafe XXH3_64bits_withSeed($0.baseAddress, $0.count, seed) }
    }
}
