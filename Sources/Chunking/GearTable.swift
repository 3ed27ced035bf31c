/// The 256 random words that the rolling hash mixes in, one for each value of a byte.
///
/// Word *b* is the first eight bytes, highest first, of the SHA-256 of the ASCII text `larder.gear.v1` followed by
/// the byte *b*. Changing it moves every chunk border: what is stored would no longer match what arrives.
enum GearTable {
    static let words: [UInt64] = (0...UInt8.max).map { byte in
        let digest = Digest(hashing: Array("larder.gear.v1".utf8) + [byte])
        return digest.rawBytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
