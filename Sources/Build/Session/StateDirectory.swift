internal import FoundationEssentials
internal import Glibc
internal import SystemPackage

/// What this runner keeps between builds, and where. Everything in it can be removed when no build runs.
struct StateDirectory: Sendable {
    let root: FilePath
    private let workDirectory: WorkDirectory

    /// Unpacked layers, by user namespace.
    var layers: FilePath { root.appending("layers" + UserNamespace.present.directorySuffix) }
    /// Base images by name.
    var images: FilePath { root.appending("images") }
    /// Workspaces of running builds.
    var work: FilePath { root.appending("work") }
    /// What the mounts of type cache hold, by user namespace and project.
    var caches: FilePath { root.appending("cache-mounts" + UserNamespace.present.directorySuffix) }
    /// Digests of context files.
    var statCache: FilePath { root.appending("context-files") }

    /// Makes the directories, and removes what killed builds have left in them.
    /// - Throws: `notPermitted` for a directory of another user, `io`.
    init(_ root: FilePath) throws(BuildError) {
        // Who mounts what is in it does so from elsewhere.
        let root = FilePath(FileManager.default.currentDirectoryPath).pushing(root)
        self.root = root
        guard unsafe root.withPlatformString({ unsafe access($0, W_OK) }) == 0 || errno != EACCES else {
            throw BuildError(
                .notPermitted,
                "the state directory \(root) belongs to somebody else, perhaps to root from a build with sudo: remove it, or "
                    + "name another one with --state-dir")
        }
        for name in ["images", "work"] { try StateFile.makeDirectory(root.appending(name)) }
        workDirectory = try WorkDirectory(root.appending("work"))
    }

    /// A new workspace; whoever asks removes it.
    func newWorkspace() -> FilePath { workDirectory.newWorkspace() }
}
