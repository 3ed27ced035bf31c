internal import CArchive
internal import Glibc

/// Decompresses files of the rarer kinds, xz and bzip2, which come as files only: ADD unpacks them.
public enum RareDecompressor {
    /// What is read by libarchive.
    public enum Format: String, CaseIterable, Sendable {
        case xz
        case bzip2

        fileprivate var magic: [UInt8] {
            switch self {
            case .xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]
            case .bzip2: Array("BZh".utf8)
            }
        }
    }

    private static let partBytes = 256 << 10

    /// What a file that begins with `bytes` is compressed with; `nil` for other kinds.
    public static func format(of bytes: some Collection<UInt8>) -> Format? {
        Format.allCases.first { bytes.starts(with: $0.magic) }
    }

    /// Hands what is in a file to `take`, which may throw to end it. Blocks.
    /// - Parameter descriptor: an open file at its beginning; it stays open.
    /// - Throws: ``CompressionError`` `corrupt` for a damaged file, `failed`; what `take` throws.
    public static func read(_ descriptor: Int32, _ take: (RawSpan) throws -> Void) throws {
        guard let archive = unsafe archive_read_new() else {
            throw CompressionError(.failed, "there is no memory for a decompressor")
        }
        defer { unsafe archive_read_free(archive) }
        unsafe archive_read_support_filter_xz(archive)
        unsafe archive_read_support_filter_bzip2(archive)
        unsafe archive_read_support_format_raw(archive)
        guard unsafe archive_read_open_fd(archive, descriptor, partBytes) == ARCHIVE_OK else {
            throw unsafe failure(archive)
        }
        var entry: OpaquePointer?
        let result = unsafe archive_read_next_header(archive, &entry)
        if result == ARCHIVE_EOF { return }
        guard result == ARCHIVE_OK else { throw unsafe failure(archive) }
        var part = [UInt8](repeating: 0, count: partBytes)
        while true {
            let count = unsafe part.withUnsafeMutableBytes { room in
                unsafe archive_read_data(archive, room.baseAddress, room.count)
            }
            if count == 0 { return }
            guard count > 0 else { throw unsafe failure(archive) }
            try unsafe take(part.span.bytes.extracting(first: count))
        }
    }

    private static func failure(_ archive: OpaquePointer) -> CompressionError {
        let words = unsafe archive_error_string(archive).map { unsafe String(cString: $0) }
        return CompressionError(.corrupt, words ?? "it cannot be decompressed")
    }
}
