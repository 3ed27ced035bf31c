internal import Chunking
internal import Compression
internal import SystemPackage

/// The bytes of an archive, decompressed.
enum ArchiveBytes {
    private static let partBytes = 256 << 10

    /// Hands the bytes to `take`, which may throw to end it.
    /// - Throws: `corrupt`, `io`, what `take` throws.
    static func read(_ path: FilePath, _ take: (RawSpan) throws -> Void) throws {
        let file: OwnedDescriptor
        do throws(Errno) { file = try OwnedDescriptor(reading: path) } catch { throw failure(error, path) }
        var part = [UInt8](repeating: 0, count: partBytes)
        var count = try fill(&part, file, path)
        guard RareDecompressor.format(of: part[..<count]) == nil else { return try readRare(path, take) }
        let format = unsafe StreamDecoder.format(of: part.span.bytes.extracting(first: count))
        var decoder = try format.map { format in try StreamDecoder(format) }
        while count > 0 {
            try unsafe decode(part.span.bytes.extracting(first: count), &decoder, path, take)
            count = try fill(&part, file, path)
        }
        do { try decoder?.finish() } catch { throw damage(error, path) }
    }

    private static func readRare(_ path: FilePath, _ take: (RawSpan) throws -> Void) throws {
        let file: OwnedDescriptor
        do throws(Errno) { file = try OwnedDescriptor(reading: path) } catch { throw failure(error, path) }
        do {
            try RareDecompressor.read(file.rawValue, take)
        } catch let error as CompressionError {
            throw damage(error, path)
        }
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
