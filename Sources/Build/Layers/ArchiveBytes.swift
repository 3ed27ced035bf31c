internal import Chunking
internal import Compression
internal import SystemPackage

/// The bytes of an archive, decompressed.
enum ArchiveBytes {
    private static let partBytes = 256 << 10
    private static let foreign: [(name: String, magic: [UInt8])] = [
        ("xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]), ("bzip2", Array("BZh".utf8)),
    ]

    /// Hands the bytes to `take`, which may throw to end it.
    /// - Throws: `invalidInput` for a compression that is not read, `corrupt`, `io`, what `take` throws.
    static func read(_ path: FilePath, _ take: (RawSpan) throws -> Void) throws {
        let file: OwnedDescriptor
        do throws(Errno) { file = try OwnedDescriptor(reading: path) } catch { throw failure(error, path) }
        var part = [UInt8](repeating: 0, count: partBytes)
        var count = try fill(&part, file, path)
        if let format = foreign.first(where: { part[..<count].starts(with: $0.magic) }) {
            throw BuildError(
                .invalidInput,
                "\(path) is compressed with \(format.name), which ADD does not unpack: compress it with gzip or zstd, "
                    + "or use COPY to keep it as it is")
        }
        let format = unsafe StreamDecoder.format(of: part.span.bytes.extracting(first: count))
        var decoder = try format.map { format in try StreamDecoder(format) }
        while count > 0 {
            try unsafe decode(part.span.bytes.extracting(first: count), &decoder, path, take)
            count = try fill(&part, file, path)
        }
        do { try decoder?.finish() } catch { throw damage(error, path) }
    }

    private static func damage(_ error: CompressionError, _ path: FilePath) -> BuildError {
        BuildError(.corrupt, "\(path) is damaged: \(error)", cause: error)
    }

    private static func decode(
        _ bytes: RawSpan, _ decoder: inout StreamDecoder?, _ path: FilePath, _ take: (RawSpan) throws -> Void
    ) throws {
        guard decoder != nil else { return try take(bytes) }
        do { try decoder?.update(bytes, onOutput: take) } catch let error as CompressionError {
            throw damage(error, path)
        }
    }

    /// Reads until `part` is full or the file ends, so that the magic is in the first part.
    private static func fill(
        _ part: inout [UInt8], _ file: borrowing OwnedDescriptor, _ path: FilePath
    ) throws(BuildError) -> Int {
        let size = part.count
        var count = 0
        while count < size {
            let more: Int
            do throws(Errno) { more = try file.read(into: &part, count..<size) } catch { throw failure(error, path) }
            if more == 0 { break }
            count += more
        }
        return count
    }

    private static func failure(_ error: Errno, _ path: FilePath) -> BuildError {
        BuildError(.io, "\(path) cannot be read: \(error)", cause: error)
    }
}
