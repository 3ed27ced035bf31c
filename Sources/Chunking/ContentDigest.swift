/// The identity of a regular file's bytes in an entry table.
///
/// A file shorter than ``ChunkParameters/fileRestart`` is hashed whole. A longer one begins and ends at chunk
/// borders, so its identity is a hash over its chunk ids and costs no second pass over its bytes. The
/// parameter set enters the hash of the longer form, and the two forms have different domains. ``ContentHasher``
/// computes the identity of a file that is in no layer yet.
public enum ContentDigest {
    /// The identity of a file shorter than the restart size, from all its bytes: the SHA-256 of the ASCII text
    /// `larder.content.small.v1`, a zero byte, and the bytes.
    public static func small(_ bytes: RawSpan) -> Digest {
        var hasher = smallHasher()
        hasher.update(bytes)
        return hasher.finalize()
    }

    /// The identity of a longer file, from the ids of the chunks it is cut into: the SHA-256 of the ASCII text
    /// `larder.content.large.v1`, a zero byte, the parameter set (2 bytes, little-endian), and the ids.
    public static func large(_ chunks: some Sequence<Digest>, parameters: UInt16) -> Digest {
        var writer = ByteWriter()
        writer.write("larder.content.large.v1\0".utf8)
        writer.writeFixed(parameters)
        var hasher = DigestHasher()
        unsafe hasher.update(writer.bytes.span.bytes)
        for chunk in chunks {
            unsafe hasher.update(chunk.rawBytes.span.bytes)
        }
        return hasher.finalize()
    }

    /// Has the domain of ``small(_:)`` hashed; the file's bytes follow.
    static func smallHasher() -> DigestHasher {
        var hasher = DigestHasher()
        let domain = Array("larder.content.small.v1\0".utf8)
        unsafe hasher.update(domain.span.bytes)
        return hasher
    }
}
