/// `COPY` and `ADD`.
public struct CopyOperation: Hashable, Sendable {
    /// Where the sources are.
    public enum Source: Hashable, Sendable {
        /// The build context, `.dockerignore` applied.
        case context
        /// Another stage, by its position in ``BuildPlan/stages``.
        case stage(Int)
        /// An image, named as in the Dockerfile after expansion.
        case image(String)
    }

    /// Where the sources are.
    public let source: Source
    /// Relative to the source's root, without a leading slash; may hold `*`, `?`, `[…]` as Go's `filepath.Match`.
    public let paths: [String]
    /// Absolute, cleaned.
    public let destination: String
    /// Whether the destination was written with a trailing slash (or is `.`, or there are several sources): it
    /// is a directory then.
    public let destinationIsDirectory: Bool
    /// `--chown`, unresolved; `nil` for root.
    public let owner: String?
    /// `--chmod` as permission bits; `nil` to keep the sources' own.
    public let mode: UInt32?
    /// Whether local tar archives are unpacked (`ADD`).
    public let unpacksArchives: Bool
    /// Here-documents, copied after ``paths``; mode 0644.
    public var documents: [InlineFile] = []

    /// Makes an operation.
    public init(
        source: Source, paths: [String], destination: String, destinationIsDirectory: Bool, owner: String?,
        mode: UInt32?, unpacksArchives: Bool
    ) {
        self.source = source
        self.paths = paths
        self.destination = destination
        self.destinationIsDirectory = destinationIsDirectory
        self.owner = owner
        self.mode = mode
        self.unpacksArchives = unpacksArchives
    }
}
