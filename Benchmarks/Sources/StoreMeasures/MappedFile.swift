import Glibc
import SystemPackage

/// A file in memory, mapped and read ahead, so that neither reading it nor copying it is measured.
@safe struct MappedFile: ~Copyable, @unchecked Sendable {
    // Sendable: the mapping is read-only and lives as long as the value, which cannot be copied.
    private let bytes: UnsafeRawBufferPointer

    init(_ path: FilePath) throws {
        let file = try FileDescriptor.open(path, .readOnly)
        defer { try? file.close() }
        let size = Int(try file.seek(offset: 0, from: .end))
        guard size > 0 else { throw BenchError("\(path) is empty") }
        let address = unsafe mmap(nil, size, PROT_READ, MAP_SHARED | MAP_POPULATE, file.rawValue, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else {
            throw BenchError("\(path) cannot be mapped: \(Errno(rawValue: errno))")
        }
        unsafe bytes = UnsafeRawBufferPointer(start: address, count: size)
    }

    deinit {
        unsafe munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    }

    var byteCount: Int { unsafe bytes.count }

    /// Lends all bytes.
    func withBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        try body(unsafe bytes.bytes)
    }

    /// Lends the bytes in parts of at most 256 KiB, as a network brings them.
    func forEachPart<E: Error>(_ body: (RawSpan) throws(E) -> Void) throws(E) {
        try withBytes { span throws(E) in
            var offset = 0
            while offset < span.byteCount {
                let end = min(offset + 256 << 10, span.byteCount)
                try body(span.extracting(offset..<end))
                offset = end
            }
        }
    }
}
