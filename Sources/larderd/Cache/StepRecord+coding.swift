import CacheAPI
import Chunking

/// The form in which step records are kept. All numbers are varints unless said otherwise:
/// version (one byte, 2), key, parent, chain (count, digests), seconds (8 bytes, IEEE 754 bits, little-endian),
/// created (zigzag), scope, writer, instruction (each length, UTF-8), author (``ByteWriter/write(_:)``), signature and seal (each
/// 1 and the bytes, or 0), components (count; each name, digest). Version 1, which is read, too, has no author.
/// ``StepRecord/replaces`` is about the request and is not kept.
extension StepRecord {
    private static let formatVersion: UInt8 = 2

    /// The record as it is kept.
    func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 256 + chain.count * Digest.byteCount + components.count * 64)
        writer.write(Self.formatVersion)
        writer.write(key)
        writer.write(parent)
        writer.writeVarint(chain.count)
        for layer in chain { writer.write(layer) }
        writer.writeFixed(seconds.bitPattern)
        writer.writeSignedVarint(created)
        writer.writeCounted(scope.description.utf8)
        writer.writeCounted(self.writer.utf8)
        writer.writeCounted(instruction.utf8)
        writer.write(author)
        for signature in [signature, seal] {
            writer.write(signature == nil ? 0 : 1)
            writer.write(signature?.rawBytes ?? [])
        }
        writer.writeVarint(components.count)
        for component in components {
            writer.writeCounted(component.name.utf8)
            writer.write(component.digest)
        }
        return writer.bytes
    }

    /// Reads what ``encoded()`` made.
    /// - Parameter withComponents: whether the components, which may be many, are read too; else there are none.
    /// - Throws: `malformed`, `unsupportedVersion`, `tooLarge`.
    init(decoding bytes: [UInt8], withComponents: Bool = true) throws(ChunkingError) {
        var reader = ByteReader(bytes, subject: "the step record")
        let version = try reader.readByte()
        guard (1...Self.formatVersion).contains(version) else {
            throw ChunkingError(.unsupportedVersion, "the step record has format \(version), which is not known")
        }
        let key = try reader.readDigest()
        let parent = try reader.readDigest()
        var chain: [Digest] = []
        for _ in 0..<(try reader.readCount(maximum: Limits.chain, size: Digest.byteCount)) {
            chain.append(try reader.readDigest())
        }
        let seconds = Double(bitPattern: try reader.readFixed(UInt64.self))
        let created = try reader.readSignedVarint()
        guard let scope = ScopeName(try Self.readText(&reader, maximum: 200)) else {
            throw reader.malformed("names no valid scope")
        }
        let writer = try Self.readText(&reader, maximum: Limits.writerBytes)
        let instruction = try Self.readText(&reader, maximum: Limits.instructionBytes)
        let author = version == 1 ? nil : try reader.readAuthor()
        let signature = version == 1 ? nil : try Self.readSignature(&reader)
        let seal = version == 1 ? nil : try Self.readSignature(&reader)
        var components: [KeyComponent] = []
        if withComponents {
            for _ in 0..<(try reader.readCount(maximum: Limits.components, size: Digest.byteCount + 1)) {
                let name = try Self.readText(&reader, maximum: Limits.componentNameBytes)
                components.append(KeyComponent(name: name, digest: try reader.readDigest()))
            }
            try reader.expectEnd()
        }
        self.init(
            key: key, parent: parent, chain: chain, components: components, instruction: instruction,
            seconds: seconds, created: created, scope: scope, writer: writer, replaces: false, author: author)
        (self.signature, self.seal) = (signature, seal)
    }

    private static func readSignature(_ reader: inout ByteReader) throws(ChunkingError) -> RecordSignature? {
        if try reader.readByte() == 0 { return nil }
        guard let signature = RecordSignature(rawBytes: Array(try reader.readBytes(RecordSignature.byteCount))) else {
            throw reader.malformed("has a signature that is none")
        }
        return signature
    }

    private static func readText(_ reader: inout ByteReader, maximum: Int) throws(ChunkingError) -> String {
        try reader.readText(maximum: maximum)
    }
}
