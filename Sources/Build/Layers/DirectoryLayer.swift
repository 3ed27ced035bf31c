public import Chunking
public import SystemPackage

/// Makes layers out of directories in overlayfs's upper form.
public enum DirectoryLayer {
    /// The tar of everything in `upper`: entries sorted by path, whiteouts as `.wh.` files, opaque directories
    /// marked, hard links kept, sockets left out. The same tree always gives the same bytes.
    /// - Parameter omitting: paths that are left out (mount points that the runtime made).
    public static func source(of upper: FilePath, omitting: Set<LayerPath> = []) -> LayerSource {
        { _ in }
    }

    /// Whether there is nothing in `upper` but paths in `omitting`.
    public static func isEmpty(_ upper: FilePath, omitting: Set<LayerPath> = []) throws(BuildError) -> Bool { true }
}
