internal import Glibc
internal import SystemPackage

/// What this runner keeps between builds, and where. Everything in it can be removed when no build runs.
struct StateDirectory: Sendable {
    let root: FilePath

    /// Unpacked layers.
    var layers: FilePath { root.appending("layers") }
    /// Base images by name.
    var images: FilePath { root.appending("images") }
    /// Workspaces of running builds.
    var work: FilePath { root.appending("work") }
    /// Digests of context files.
    var statCache: FilePath { root.appending("context-files") }

    /// Makes the directories.
    /// - Throws: `io`.
    init(_ root: FilePath) throws(BuildError) {
        self.root = root
        for directory in [images, work] { try StateFile.makeDirectory(directory) }
    }

    /// A new workspace; whoever asks removes it.
    func newWorkspace() -> FilePath {
        let random = UInt64.random(in: 0...UInt64.max)
        return work.appending("\(getpid())-" + String(random, radix: 36))
    }
}
