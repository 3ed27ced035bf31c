public import Chunking
internal import Glibc
internal import SystemPackage

extension CopyLayer {
    /// The layer's tar. When a file has other bytes than its row says, `onChange` is called with its path and the
    /// tar has what was read: such a layer may be used but not recorded. A file whose size changed while it was
    /// read is padded or cut to the size in its header, and reported as well.
    public func source(onChange: @escaping @Sendable (LayerPath) -> Void) -> LayerSource {
        { [items] write in
            var writer = TarWriter()
            for item in items {
                guard case .file(let path) = item.content, item.entry.kind == .file else {
                    try writer.begin(item.entry, to: write)
                    continue
                }
                let result = try writer.append(item.entry, reading: Self.open(path), to: write)
                let isAsAnnounced = item.entry.content.map { $0 == result.digest } ?? true
                if !isAsAnnounced || !result.hasAnnouncedSize { onChange(item.entry.path) }
            }
            try writer.finish(to: write)
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
