/// `COPY` and `ADD`.
public struct CopyOperation: Hashable, Sendable {
    /// Where ``paths`` are.
    public enum Source: Hashable, Sendable {
        /// The build context, `.dockerignore` applied.
        case context
        /// The directory that `--build-context` gives this name, its `.dockerignore` applied.
        case directory(String)
        /// Another stage, by its position in ``BuildPlan/stages``.
        case stage(Int)
        /// An image, named as in the Dockerfile after expansion; `nil` for the platform that the plan is for.
        case image(String, platform: String? = nil)
    }

    /// One source.
    public enum Item: Hashable, Sendable {
        /// Relative to the source's root, without a leading slash; may hold `*`, `?`, `[…]` as Go's `filepath.Match`.
        case path(String)
        /// With `--parents`: of the directory `root`, which may hold wildcards too, what matches `pattern`, with the
        /// directories that lead to it.
        case tree(root: String, pattern: String)
        /// A file that is fetched.
        case download(RemoteFile)
        /// A Git repository.
        case repository(GitReference)
    }

    /// Where ``paths`` are.
    public internal(set) var source: Source
    /// The sources, in their order.
    public let items: [Item]
    /// Absolute, cleaned.
    public let destination: String
    /// Whether the destination was written with a trailing slash (or is `.`): it is a directory then.
    public let destinationIsDirectory: Bool
    /// `--chown`, unresolved; `nil` for root.
    public var owner: String?
    /// `--chmod`; `nil` to keep the sources' own.
    public var mode: FileMode?
    /// Whether tar archives are unpacked (`ADD`): those that are fetched only if asked for with `--unpack`.
    public var unpacking = Unpacking.nothing
    /// Here-documents, copied after ``items``; mode 0644.
    public var documents: [InlineFile] = []
    /// `--exclude`: patterns of what is left out below each source, as `.dockerignore` has them.
    public var excludes: [String] = []
    /// Whether what is copied neither depends on nor looks at what is there before (`--link`).
    public var isLinked = false

    /// Which archives are unpacked.
    public enum Unpacking: String, Hashable, Sendable {
        case nothing
        /// Those of the context.
        case local
        /// Those that are fetched, too.
        case everything
    }

    /// The directories and files of ``items`` that are not fetched.
    public var paths: [String] {
        items.compactMap { item in
            switch item {
            case .path(let path), .tree(let path, _): path
            case .download, .repository: nil
            }
        }
    }

    /// Makes an operation.
    public init(source: Source, items: [Item], destination: String, destinationIsDirectory: Bool) {
        self.source = source
        self.items = items
        self.destination = destination
        self.destinationIsDirectory = destinationIsDirectory
    }
}
