public import SystemPackage

/// What becomes of a finished image besides being stored on the server.
public enum ImageOutput: Hashable, Sendable {
    /// How a file holds an image.
    public enum Format: String, Sendable {
        /// A tar of an OCI image layout (image-spec, image-layout.md).
        case oci
        /// What `docker load` reads.
        case docker
    }

    /// It is sent to the registries that its names have.
    case push
    /// It is given to the docker or podman of this machine.
    case load
    /// It is written to a file; `nil` for standard output.
    case file(Format, FilePath?)

    /// Whether it is written to standard output.
    var isStandardOutput: Bool {
        if case .file(_, nil) = self { true } else { false }
    }
}
