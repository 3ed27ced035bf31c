internal import Subprocess
internal import SystemPackage

/// The history of a repository of this machine, whose files are laid out elsewhere: nothing in the repository changes.
struct GitHistory: Sendable {
    /// One commit.
    struct Commit: Sendable {
        /// Its hash.
        let id: String
        /// When it was committed. Seconds since 1970.
        let time: Int64
    }

    private let directory: String
    private let files: FilePath
    private let index: FilePath

    /// - Parameters:
    ///   - repository: a work tree or a bare repository.
    ///   - files: an empty directory for the files of a commit.
    ///   - index: a path for git's notes about them.
    /// - Throws: ``HitRatesError`` `invalidInput` for what is no repository, `io` without git.
    init(of repository: FilePath, files: FilePath, index: FilePath) async throws(HitRatesError) {
        self.files = files
        self.index = index
        let output = try await Self.run(["-C", repository.string, "rev-parse", "--absolute-git-dir"], [:])
        directory = String(output.prefix { $0 != "\n" })
    }

    /// The last `count` commits up to `revision` along the first parents, the oldest first.
    /// - Throws: ``HitRatesError`` `invalidInput`.
    func commits(_ count: Int, to revision: String) async throws(HitRatesError) -> [Commit] {
        let output = try await git([
            "log", "--first-parent", "--max-count=\(count)", "--format=%H %ct", "--end-of-options", revision, "--",
        ])
        return output.split(separator: "\n").reversed().compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count == 2, let time = Int64(fields[1]) else { return nil }
            return Commit(id: String(fields[0]), time: time)
        }
    }

    /// Makes the directory have the files of a commit; those that stay the same are not touched.
    /// - Throws: ``HitRatesError`` `invalidInput`.
    func lay(_ commit: Commit) async throws(HitRatesError) {
        _ = try await git(["read-tree", "--reset", "-u", commit.id])
    }

    private func git(_ arguments: [String]) async throws(HitRatesError) -> String {
        try await Self.run(
            ["--git-dir=\(directory)", "--work-tree=\(files)", "-c", "core.hooksPath=/dev/null"] + arguments,
            ["GIT_INDEX_FILE": index.string])
    }

    private static func run(
        _ arguments: [String], _ variables: [Environment.Key: String]
    ) async throws(HitRatesError) -> String {
        // What this machine's user configured, filters among it, would make the files those of this machine.
        let quiet: [Environment.Key: String?] = [
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C",
            "GIT_DIR": nil, "GIT_WORK_TREE": nil,
        ]
        let ended: ExecutionResult<Void, StringOutput<UTF8>, StringOutput<UTF8>>
        do {
            ended = try await Subprocess.run(
                .name("git"), arguments: Arguments(arguments),
                environment: .inherit.updating(quiet).updating(variables.mapValues(Optional.some)),
                output: .string(limit: 64 << 20), error: .string(limit: 64 << 10))
        } catch {
            throw HitRatesError(.io, "git cannot be run: \(error)")
        }
        guard ended.terminationStatus.isSuccess else {
            let words = ended.standardError.split(separator: "\n").suffix(3).joined(separator: "; ")
            throw HitRatesError(.invalidInput, "git failed: \(words)")
        }
        return ended.standardOutput
    }
}
