public import Chunking
public import SystemPackage

/// Makes layers out of directories in overlayfs's upper form.
public enum DirectoryLayer {
    /// The tar of everything in `upper`: whiteouts as `.wh.` files, opaque directories marked, hard links kept,
    /// sockets left out. A directory comes before what is in it, siblings in the order of their bytes. The same
    /// tree always gives the same bytes. Times are whole seconds.
    /// - Parameters:
    ///   - upper: a directory that nothing changes while it is read.
    ///   - omitting: paths that are left out (mount points that the runtime made); a directory among them is left
    ///     out only when all below it is.
    public static func source(of upper: FilePath, omitting: Set<LayerPath> = []) -> LayerSource {
        { write in
            var writer = TarWriter()
            try UpperWalk.run(upper, omitting: omitting) { entry, name, directory in
                guard entry.kind == .file, entry.size > 0 else { return try writer.begin(entry, to: write) }
                let hasAnnouncedSize: Bool
                do {
                    hasAnnouncedSize = try writer.append(entry, reading: directory.file(name), to: write)
                } catch let error as Errno {
                    throw UpperWalk.failure(error, entry.path)
                }
                guard hasAnnouncedSize else {
                    throw BuildError(.changed, "\(entry.path) changed while its layer was made; build again")
                }
            }
            try writer.finish(to: write)
        }
    }

    /// Whether there is nothing in `upper` but paths in `omitting`.
    /// - Throws: `io`.
    public static func isEmpty(_ upper: FilePath, omitting: Set<LayerPath> = []) throws(BuildError) -> Bool {
        var isEmpty = true
        do {
            try UpperWalk.run(upper, omitting: omitting) { _, _, _ in
                isEmpty = false
                throw Found()
            }
        } catch let error as BuildError {
            throw error
        } catch {}
        return isEmpty
    }

    /// Ends a walk.
    private struct Found: Error {}
}
