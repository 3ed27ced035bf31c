internal import Chunking
internal import Compression
internal import Glibc
internal import SystemPackage

/// A tar file, plain or compressed with gzip or zstd, or one that comes in on standard input.
struct ArchiveStream {
    private let path: FilePath?

    /// - Parameter path: `nil` for standard input.
    init(_ path: FilePath?) {
        self.path = path
    }

    /// Hands the tar to `write`, decompressed. Blocks.
    /// - Throws: `io`, `corrupt`, what `write` throws.
    func read(_ write: (RawSpan) throws -> Void) throws {
        let file = try open()
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        var count = 0
        // A pipe may give fewer bytes than tell what it is.
        while count < 4 {
            let part = try read(file, &buffer, count..<buffer.count)
            if part == 0 { break }
            count += part
        }
        guard let format = unsafe StreamDecoder.format(of: buffer.span.bytes.extracting(first: count)) else {
            while count > 0 {
                try unsafe write(buffer.span.bytes.extracting(first: count))
                count = try read(file, &buffer, 0..<buffer.count)
            }
            return
        }
        var decoder = try StreamDecoder(format)
        do {
            while count > 0 {
                try unsafe decoder.update(buffer.span.bytes.extracting(first: count), onOutput: write)
                count = try read(file, &buffer, 0..<buffer.count)
            }
            try decoder.finish()
        } catch let error as CompressionError {
            throw BuildError(.corrupt, "\(name) cannot be decompressed: \(error.description).", cause: error)
        }
    }

    private var name: String { path?.string ?? "Standard input" }

    private func open() throws(BuildError) -> OwnedDescriptor {
        do {
            let descriptor = try path.map { try FileDescriptor.open($0, .readOnly, options: .closeOnExec).rawValue }
            return OwnedDescriptor(owning: try descriptor ?? Errno.check { fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) })
        } catch {
            throw BuildError(.io, "\(name) cannot be opened: \(error).", cause: error)
        }
    }

    private func read(
        _ file: borrowing OwnedDescriptor, _ buffer: inout [UInt8], _ range: Range<Int>
    ) throws(BuildError) -> Int {
        do {
            return try file.read(into: &buffer, range)
        } catch {
            throw BuildError(.io, "\(name) cannot be read: \(error).", cause: error)
        }
    }
}
