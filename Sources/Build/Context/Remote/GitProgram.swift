internal import Dockerfile
internal import Subprocess
internal import SystemPackage

/// The `git` of this machine.
struct GitProgram: Sendable {
    /// What proves to a server who asks.
    struct Login: Sendable {
        /// The beginning of the URLs that it is for.
        let scope: String
        /// The value of `Authorization`.
        let header: String
    }

    private let program: FilePath
    private let login: Login?

    /// - Throws: `notPermitted` saying what to install when there is none.
    init(login: Login?) throws(BuildError) {
        self.login = login
        guard let program = ProgramPath.find("git", in: ProgramPath.standard) else {
            throw BuildError(
                .notPermitted, "ADD of a Git repository needs the program git, which is not on the PATH: install it")
        }
        self.program = program
    }

    /// A login is in no argument, since everyone on this machine sees those.
    private var environment: Environment {
        let quiet = Environment.inherit.updating(["GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"])
        guard let login else { return quiet }
        return quiet.updating([
            "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "http.\(login.scope).extraHeader",
            "GIT_CONFIG_VALUE_0": "Authorization: \(login.header)",
        ])
    }

    /// Runs git and gives what it prints. It asks nobody anything.
    /// - Throws: `invalidInput` with git's own words.
    func run(_ arguments: [String]) async throws -> String {
        let ended: ExecutionResult<Void, StringOutput<UTF8>, StringOutput<UTF8>>
        do {
            ended = try await Subprocess.run(
                .path(program), arguments: Arguments(arguments),
                environment: environment,
                output: .string(limit: 16 << 20), error: .string(limit: 64 << 10))
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw BuildError(.notPermitted, "git cannot be run: \(error)", cause: error)
        }
        guard ended.terminationStatus.isSuccess else {
            let words = URLLogin.hidden(
                in: ended.standardError.split(separator: "\n").suffix(3).joined(separator: "; "))
            throw BuildError(.invalidInput, "git \(arguments.first { !$0.hasPrefix("-") } ?? "") failed: \(words)")
        }
        return ended.standardOutput
    }
}
