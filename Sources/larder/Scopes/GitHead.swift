import FoundationEssentials
import SystemPackage

/// What is checked out in a git repository, read from its files: no git is needed.
struct GitHead: Hashable, Sendable {
    /// The branch; `nil` when a commit is checked out by itself.
    var branch: String?
    /// The branch that the remote `origin` has as its default, as far as this clone knows.
    var defaultBranch: String?

    init(branch: String?, defaultBranch: String? = nil) {
        self.branch = branch
        self.defaultBranch = defaultBranch
    }

    /// That of the repository that `directory` is in; `nil` when it is in none.
    init?(of directory: FilePath) {
        let start = FilePath(FileManager.default.currentDirectoryPath).pushing(directory).lexicallyNormalized()
        var place = start
        while true {
            if let git = Self.gitDirectory(in: place) {
                branch = Self.branch(Self.text(git.appending("HEAD")), below: "refs/heads/")
                // A worktree has HEAD of its own, and shares the rest.
                let common = Self.text(git.appending("commondir")).map { git.pushing(FilePath($0)) } ?? git
                defaultBranch = Self.branch(
                    Self.text(common.appending("refs/remotes/origin/HEAD")), below: "refs/remotes/origin/")
                return
            }
            guard place.removeLastComponent() else { return nil }
        }
    }

    private static func gitDirectory(in directory: FilePath) -> FilePath? {
        let place = directory.appending(".git")
        if text(place.appending("HEAD")) != nil { return place }
        // In a worktree or a submodule it is a file that says where.
        guard let text = text(place), text.hasPrefix("gitdir: ") else { return nil }
        return directory.pushing(FilePath(String(text.dropFirst(8))))
    }

    private static func branch(_ text: String?, below prefix: String) -> String? {
        guard let text, text.hasPrefix("ref: \(prefix)") else { return nil }
        return String(text.dropFirst(5 + prefix.count))
    }

    /// The first line of a small file.
    private static func text(_ path: FilePath) -> String? {
        guard let bytes = try? Data(contentsOf: URL(filePath: path.string)), bytes.count < 10_000 else { return nil }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).first
            .map(String.init)
    }
}
