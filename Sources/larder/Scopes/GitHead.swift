import FoundationEssentials
import SystemPackage

/// What is checked out in a git repository, read from its files: no git is needed.
struct GitHead: Hashable, Sendable {
    /// The branch; `nil` when a commit is checked out by itself.
    var branch: String?
    /// The branch that the remote `origin` has as its default, as far as this clone knows.
    var defaultBranch: String?
    /// The commit, in hex; `nil` before the first one.
    var commit: String?

    init(branch: String?, defaultBranch: String? = nil, commit: String? = nil) {
        self.branch = branch
        self.defaultBranch = defaultBranch
        self.commit = commit
    }

    /// That of the repository that `directory` is in; `nil` when it is in none.
    init?(of directory: FilePath) {
        let start = FilePath(FileManager.default.currentDirectoryPath).pushing(directory).lexicallyNormalized()
        var place = start
        while true {
            if let git = Self.gitDirectory(in: place) {
                let head = Self.text(git.appending("HEAD"))
                branch = Self.branch(head, below: "refs/heads/")
                // A worktree has HEAD of its own, and shares the rest.
                let common = Self.text(git.appending("commondir")).map { git.pushing(FilePath($0)) } ?? git
                defaultBranch = Self.branch(
                    Self.text(common.appending("refs/remotes/origin/HEAD")), below: "refs/remotes/origin/")
                commit = head.flatMap { Self.commit($0, in: common) }
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

    /// The commit that `head`, the text of HEAD, comes down to: itself, or what the file of its reference says, or the list
    /// of those that have no file.
    private static func commit(_ head: String, in git: FilePath) -> String? {
        guard head.hasPrefix("ref: ") else { return isCommit(head) ? head : nil }
        let reference = String(head.dropFirst(5))
        if let text = text(git.pushing(FilePath(reference))) { return isCommit(text) ? text : nil }
        let file = git.appending("packed-refs")
        guard let bytes = try? Data(contentsOf: URL(filePath: file.string)), bytes.count < 4 << 20 else { return nil }
        let end = Array(" \(reference)".utf8.reversed())
        let line = bytes.split(separator: UInt8(ascii: "\n")).first { $0.reversed().starts(with: end) }
        return line.map { String(decoding: $0.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self) }
            .flatMap { isCommit($0) ? $0 : nil }
    }

    /// SHA-1 or SHA-256.
    private static func isCommit(_ text: String) -> Bool {
        [40, 64].contains(text.utf8.count) && text.utf8.allSatisfy { Array("0123456789abcdef".utf8).contains($0) }
    }

    /// The first line of a small file.
    private static func text(_ path: FilePath) -> String? {
        guard let bytes = try? Data(contentsOf: URL(filePath: path.string)), bytes.count < 10_000 else { return nil }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).first
            .map(String.init)
    }
}
