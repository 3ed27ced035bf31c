/// One `--mount` of a RUN: something that the process sees and that is no part of the image.
public enum RunMount: Hashable, Sendable {
    case bind(BindMount)
    case cache(CacheMount)
    case tmpfs(TmpfsMount)
    case secret(SecretMount)
    case ssh(SSHMount)

    /// Where it appears; absolute. `nil` for a secret that is a variable only.
    public var target: String? {
        switch self {
        case .bind(let mount): mount.target
        case .cache(let mount): mount.target
        case .tmpfs(let mount): mount.target
        case .secret(let mount): mount.target
        case .ssh(let mount): mount.target
        }
    }

    /// The files that it shows, or begins with; `nil` for kinds without any.
    public var source: (root: CopyOperation.Source, path: String)? {
        switch self {
        case .bind(let mount): (mount.source, mount.path)
        case .cache(let mount): mount.source.map { ($0, mount.path) }
        case .tmpfs, .secret, .ssh: nil
        }
    }
}
