public import Chunking

/// A manifest that is about another one, as lists of referrers have it (OCI distribution-spec 1.1, "Listing Referrers").
///
/// As a record: the counted artifact type (empty for none), then the descriptor's JSON, so that a list is put together
/// without reading any JSON.
public struct ReferrerEntry: Hashable, Sendable {
    /// What kind of artifact it is.
    public let artifactType: String?
    /// The descriptor's JSON.
    public let descriptor: [UInt8]

    /// Describes a manifest of `size` bytes.
    /// - Throws: `invalidDocument`.
    public init(_ outline: ManifestOutline, digest: OCIDigest, size: Int) throws(OCIError) {
        artifactType = outline.artifactType
        descriptor = try JSONDocument.encode(
            Fields(
                mediaType: outline.mediaType, digest: digest, size: size, artifactType: outline.artifactType,
                annotations: outline.annotations))
    }

    /// Reads a record.
    /// - Throws: ``ChunkingError`` `malformed`.
    public init(decoding record: [UInt8]) throws(ChunkingError) {
        var reader = ByteReader(record, subject: "the record of a referrer")
        let type = try reader.readCounted(maximum: record.count)
        artifactType = type.isEmpty ? nil : String(decoding: type, as: UTF8.self)
        descriptor = Array(try reader.readBytes(reader.remaining))
    }

    /// The record.
    public func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: descriptor.count + 64)
        writer.writeCounted(Array((artifactType ?? "").utf8))
        writer.write(descriptor)
        return writer.bytes
    }

    /// The index that lists `entries`.
    public static func index(of entries: [ReferrerEntry]) -> [UInt8] {
        var bytes = Array(#"{"schemaVersion":2,"mediaType":"\#(MediaType.index)","manifests":["#.utf8)
        for (position, entry) in entries.enumerated() {
            if position > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += entry.descriptor
        }
        return bytes + Array("]}".utf8)
    }
}

private struct Fields: Encodable {
    let mediaType: String
    let digest: OCIDigest
    let size: Int
    let artifactType: String?
    let annotations: [String: String]?
}
