internal import CacheAPI
internal import Chunking
internal import Dockerfile
internal import FoundationEssentials
internal import Synchronization
internal import SystemPackage

/// A commit of a Git repository that ADD copies.
final class GitCheckout: Sendable {
    private let repository: GitReference
    private let git: GitProgram
    /// The hash of the commit.
    private let commit: String
    private let made = Mutex<CopySource?>(nil)

    /// Asks the repository which commit is meant.
    /// - Throws: `notPermitted` when there is no git; `invalidInput` when the repository has no such commit.
    init(_ repository: GitReference, login: GitProgram.Login?) async throws {
        self.repository = repository
        git = try GitProgram(login: login)
        commit = try await Self.commit(of: repository, git)
        if let checksum = repository.checksum, !commit.hasPrefix(checksum) {
            throw BuildError(
                .invalidInput,
                "\(repository) has the commit \(commit), not \(checksum) as the instruction says")
        }
    }

    /// Which commit it is, and what of it is copied.
    var identity: RemoteSources.Identity {
        var hasher = KeyHasher(domain: "larder.git.v1")
        hasher.add([
            repository.remote, commit, repository.directory, repository.keepsGitDirectory == true ? "git" : "",
            repository.hasSubmodules ? "submodules" : "",
        ])
        return RemoteSources.Identity(name: [], digest: hasher.finalize(), address: repository.description)
    }

    /// The files, checked out in `directory`.
    /// - Throws: `invalidInput` for what git cannot have, or a directory that is not there; `io`.
    func source(in directory: FilePath) async throws -> CopySource {
        if let source = made.withLock({ $0 }) { return source }
        try await fetch(to: directory)
        let time = try await git.run(["-C", directory.string, "log", "-1", "--format=%ct", commit])
        let source = try await BlockingThreads.run { [self] in
            try files(in: directory, time: Int64(time.filter(\.isNumber)) ?? 0)
        }
        made.withLock { $0 = source }
        return source
    }

    /// The same as files of this runner: those of its directory that are copied, with modes and times that do not depend on
    /// the runner.
    /// - Throws: as ``source(in:)``.
    func files(in directory: FilePath, keepsGit: Bool) async throws -> FilePath {
        let source = try await source(in: directory)
        return try await BlockingThreads.run { [self] in
            var tree = ContextTree(root: directory, rules: .none)
            guard let top = try tree.resolve(LayerPath(repository.directory)) else { return directory }
            if !keepsGit, repository.keepsGitDirectory != true {
                for row in try tree.subtree(at: top) where row.entry.path.name.elementsEqual(".git".utf8) {
                    try FileManager.default.removeItem(atPath: row.file.string)
                }
            }
            for file in source.files.reversed() {
                let path = LayerPath(file.path)
                let parent = try OpenDirectory(FilePath.joining(top.file, path.parent ?? .root))
                let name = file.path.isEmpty ? FileName(".") : FileName(path.name)
                if file.entry.kind != .symlink { try parent.setMode(name, file.entry.mode) }
                try parent.setModificationTime(name, seconds: file.entry.mtimeSeconds, nanoseconds: 0)
            }
            return top.file
        }
    }

    private static func commit(of repository: GitReference, _ git: GitProgram) async throws -> String {
        let reference = repository.reference
        if [40, 64].contains(reference.count), reference.allSatisfy(\.isHexDigit) { return reference.lowercased() }
        let wanted = reference.isEmpty ? "HEAD" : reference
        let text = try await git.run(["ls-remote", "--", repository.remote, wanted, "\(wanted)^{}"])
        var commits: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: "\t")
            if fields.count == 2 { commits[String(fields[1])] = String(fields[0]) }
        }
        // Branches come before tags; of a tag with a text of its own it is the commit that counts.
        for prefix in ["", "refs/", "refs/heads/", "refs/tags/"] {
            if let commit = commits["\(prefix)\(wanted)^{}"] ?? commits["\(prefix)\(wanted)"] { return commit }
        }
        // A commit's short hash shows only in the repository itself.
        throw BuildError(
            .invalidInput,
            """
            \(repository) has no branch or tag `\(wanted)`; name one of them, or a commit with all digits of its \
            hash
            """)
    }

    private func fetch(to directory: FilePath) async throws {
        let here = ["-C", directory.string]
        _ = try await git.run(["init", "--quiet", "--", directory.string])
        _ = try await git.run(here + ["remote", "add", "origin", repository.remote])
        do {
            _ = try await git.run(here + ["fetch", "--quiet", "--depth=1", "--no-tags", "origin", commit])
        } catch is BuildError {
            // Not every server gives commits that nobody named.
            _ = try await git.run(
                here + ["fetch", "--quiet", "--tags", "origin", "+refs/heads/*:refs/remotes/origin/*"])
        }
        _ = try await git.run(here + ["checkout", "--quiet", "--detach", commit])
        guard repository.hasSubmodules else { return }
        _ = try await git.run(here + ["submodule", "--quiet", "update", "--init", "--recursive", "--depth=1"])
    }

    /// The rows do not depend on this runner: its umask is left out, and all files have the commit's time.
    private func files(in directory: FilePath, time: Int64) throws(BuildError) -> CopySource {
        var tree = ContextTree(root: directory, rules: .none, normalizesModes: true)
        guard let top = try tree.resolve(LayerPath(repository.directory)), top.entry.kind == .directory else {
            throw BuildError(
                .invalidInput, "\(repository) has no directory \(repository.directory) in the commit \(commit)")
        }
        let count = top.entry.path.bytes.count
        var files: [CopySource.File] = []
        for row in try tree.subtree(at: top) {
            var entry = row.entry
            let path = Array(entry.path.bytes.dropFirst(count).drop { $0 == UInt8(ascii: "/") })
            let isGit = LayerPath(path).components.contains { $0.elementsEqual(".git".utf8) }
            if isGit, repository.keepsGitDirectory != true { continue }
            entry.mtimeSeconds = time
            entry.mtimeNanoseconds = 0
            let content = entry.kind == .file ? CopyLayer.Item.Content.file(row.file) : .none
            files.append(CopySource.File(path: path, entry: entry, content: content))
        }
        return CopySource(name: [], files: files)
    }
}
