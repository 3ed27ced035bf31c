internal import Chunking
internal import SystemPackage

/// The directory that a command runs in, where the image has none. A runtime would make it as root's; as in BuildKit it belongs
/// to whoever runs the command, who could not write there otherwise.
enum WorkingDirectory {
    /// Makes `path` and what is missing above it in a root filesystem. Links are followed in it; where one leads nowhere, or a file is in
    /// the way, nothing is made, and the runtime says what is wrong. Blocks.
    /// - Throws: what the file system says.
    static func make(_ path: LayerPath, in root: borrowing OpenDirectory, for user: ResolvedUser) throws(Errno) {
        if try isThere(path, in: root) { return }
        let owner = UserNamespace.present.owner(user.uid, user.gid)
        var here = LayerPath.root
        for component in path.components {
            let next = here.appending(component)
            if try !isThere(next, in: root) {
                let name = FileName(Array(component))
                let parent = try root.directory(inside: here)
                do throws(Errno) { try parent.makeDirectory(name, mode: 0o755) } catch .fileExists { return }
                try parent.setOwner(name, uid: owner.uid, gid: owner.gid)
                // The umask has no say.
                try parent.setMode(name, 0o755)
            }
            here = next
        }
    }

    private static func isThere(_ path: LayerPath, in root: borrowing OpenDirectory) throws(Errno) -> Bool {
        do throws(Errno) {
            _ = try root.directory(inside: path)
            return true
        } catch  where [.noSuchFileOrDirectory, .notDirectory, .tooManySymbolicLinkLevels].contains(error) {
            return false
        }
    }
}
