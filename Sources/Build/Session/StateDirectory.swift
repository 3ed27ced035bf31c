internal import SystemPackage

/// What this runner keeps between builds, and where. Everything in it can be removed when no build runs.
struct StateDirectory: Sendable {
    let root: FilePath
    private let workDirectory: WorkDirectory

    /// Unpacked layers.
    var layers: FilePath { root.appending("layers") }
    /// Base images by name.
    var images: FilePath { root.appending("images") }
    /// Workspaces of running builds.
    var work: FilePath { root.appending("work") }
    /// What the mounts of type cache hold, by project.
    var caches: FilePath { root.appending("cache-mounts") }
    /// Digests of context files.
    var statCache: FilePath { root.appending("context-files") }

    /// Makes the directories, and removes what killed builds have left in them.
    /// - Throws: `io`.
    init(_ root: FilePath) throws(BuildError) {
        self.root = root
        for name in ["images", "work"] { try StateFile.makeDirectory(root.appending(name)) }
        workDirectory = try WorkDirectory(root.appending("work"))
    }

    /// A new workspace; whoever asks removes it.
    func newWorkspace() -> FilePath { workDirectory.newWorkspace() }
}
