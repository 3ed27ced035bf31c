public import Chunking
internal import Glibc
internal import SystemPackage

extension CopyLayer {
    /// The layer's tar, one entry for each item in their order. A file whose length is not what its row says is cut
    /// or filled with zeros, and reported to `onChange`; whether its bytes are those of its row is for the caller to
    /// see from the layer's entry table. Such a layer may be used but not recorded.
    public func source(onChange: @escaping @Sendable (LayerPath) -> Void) -> LayerSource {
        { write in
            var writer = TarWriter()
            try self.write(to: &writer, write, onChange: onChange)
            try writer.finish(to: write)
        }
    }

    /// Writes the entries to a tar that may have others.
    func write(
        to writer: inout TarWriter, _ write: TarWriter.Sink, onChange: (LayerPath) -> Void
    ) throws {
        for item in items {
            switch item.content {
            case .file(let path) where item.entry.kind == .file:
                if try !writer.append(item.entry, reading: Self.open(path), to: write) {
                    onChange(item.entry.path)
                }
            case .bytes(let bytes) where item.entry.kind == .file:
                var entry = item.entry
                entry.size = UInt64(bytes.count)
                try writer.begin(entry, to: write)
                try unsafe writer.write(bytes.span.bytes, to: write)
                try writer.pad(entry.size, to: write)
            case .none, .file, .bytes: try writer.begin(item.entry, to: write)
            }
        }
    }

    /// Opens a regular file; what took its place in the meantime is not opened.
    private static func open(_ path: FilePath) throws(BuildError) -> OwnedDescriptor {
        let flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK
        do throws(Errno) {
            let file = OwnedDescriptor(
                owning: try Errno.check { unsafe path.withPlatformString { unsafe Glibc.open($0, flags) } })
            guard try file.status.kind == .file else {
                throw Errno.invalidArgument
            }
            return file
        } catch {
            throw BuildError(.changed, "\(path) cannot be read: \(error); it was there a moment ago", cause: error)
        }
    }
}
