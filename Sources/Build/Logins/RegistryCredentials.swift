internal import Glibc
internal import OCI
internal import SystemPackage

/// The logins that docker, podman and their helpers keep on this machine.
struct RegistryCredentials: Sendable {
    /// The files that are looked into, in this order; those that do not exist are passed over.
    let files: [FilePath]
    private let searchPath: String

    /// - Parameter variable: the environment.
    init(
        searchPath: String = ProgramPath.standard,
        variable: (String) -> String? = { name in unsafe getenv(name).map { unsafe String(cString: $0) } }
    ) {
        func directory(_ name: String) -> FilePath? {
            variable(name).flatMap { $0.isEmpty ? nil : FilePath($0) }
        }
        files = [
            directory("REGISTRY_AUTH_FILE"), Self.dockerFile(variable),
            directory("XDG_RUNTIME_DIR")?.appending("containers").appending("auth.json"),
        ].compactMap { $0 }
        self.searchPath = searchPath
    }

    /// Where docker keeps logins; `nil` without a home.
    static func dockerFile(_ variable: (String) -> String?) -> FilePath? {
        func directory(_ name: String) -> FilePath? {
            variable(name).flatMap { $0.isEmpty ? nil : FilePath($0) }
        }
        return (directory("DOCKER_CONFIG") ?? directory("HOME")?.appending(".docker"))?.appending("config.json")
    }

    /// The login for `repository` of `host`; `nil` when there is none.
    /// - Throws: `notPermitted` for what cannot be read or used, `invalidInput` for what is no such file.
    func login(for host: RegistryHost, _ repository: RepositoryName) async throws -> RegistryLogin? {
        for path in files {
            guard let file = try await BlockingThreads.run({ try Self.read(path) }) else { continue }
            for entry in file.entries(for: host, repository) {
                switch entry {
                case .login(let login): return login
                case .helper(let name):
                    let helper = try CredentialHelper(name, in: searchPath)
                    switch try await helper.login(for: CredentialFile.serverName(of: host)) {
                    case .login(let login): return login
                    case .unknown: continue
                    }
                }
            }
        }
        return nil
    }

    /// Blocks.
    private static func read(_ path: FilePath) throws(BuildError) -> CredentialFile? {
        let bytes: [UInt8]
        do throws(Errno) {
            bytes = try SmallFile.read(path)
        } catch .noSuchFileOrDirectory, .notDirectory {
            return nil
        } catch {
            throw BuildError(.notPermitted, "\(path), which may have the registry's login, cannot be read: \(error).")
        }
        do throws(OCIError) {
            return try CredentialFile(bytes)
        } catch {
            throw BuildError(.invalidInput, "\(path) is no file with registry logins: \(error).", cause: error)
        }
    }
}
