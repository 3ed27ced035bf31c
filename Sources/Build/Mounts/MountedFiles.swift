internal import Chunking

/// The files that a mount of a RUN shows or begins with.
enum MountedFiles: Sendable {
    /// What was found in the build context.
    case context(ContextScan.Found)
    /// What is at a path, without a slash in front, of a stage or image; `name` is for messages.
    case chain([Digest], path: String, name: String)
}
