internal import OCI
internal import Subprocess
internal import SystemPackage

/// A program that keeps logins: `docker-credential-NAME` (docker-credential-helpers, "Credential Helpers Protocol").
struct CredentialHelper: Sendable {
    /// What it answered.
    enum Answer: Hashable, Sendable {
        case login(RegistryLogin)
        case unknown
    }

    private struct Reply: Decodable {
        var Username: String
        var Secret: String
    }

    private let name: String
    private let program: FilePath

    /// - Throws: `notPermitted` when it is not in the directories of `searchPath`, `invalidInput` for a name that is none.
    init(_ name: String, in searchPath: String) throws(BuildError) {
        self.name = "docker-credential-\(name)"
        guard !name.contains("/") else {
            throw BuildError(.invalidInput, "'\(name)' is not the name of a credential helper: it has a '/'.")
        }
        guard let program = ProgramPath.find(self.name, in: searchPath) else {
            throw BuildError(
                .notPermitted,
                "\(self.name), which keeps the registry's login, is not on the PATH: install it, or log in again.")
        }
        self.program = program
    }

    /// Asks for the login of `server`. What the program prints is in no message: it may be a secret.
    /// - Throws: `notPermitted` when the program fails.
    func login(for server: String) async throws -> Answer {
        let ended = try await ask("get", server)
        let text = ended.standardOutput
        guard ended.terminationStatus.isSuccess else {
            if text.contains("credentials not found") { return .unknown }
            throw BuildError(
                .notPermitted, "\(name) gives no login for \(server) (\(ended.terminationStatus)); log in again.")
        }
        guard let reply = try? JSONDocument.decode(Reply.self, from: Array(text.utf8), subject: "the answer") else {
            throw BuildError(.notPermitted, "\(name) answers what is no login for \(server); log in again.")
        }
        if reply.Username == "<token>" { return .login(RegistryLogin(identityToken: reply.Secret)) }
        if reply.Username.isEmpty { return .unknown }
        return .login(RegistryLogin(user: reply.Username, password: reply.Secret))
    }

    private struct Order: Encodable {
        var ServerURL: String
        var Username: String
        var Secret: String
    }

    /// Has it keep a login of `server`.
    /// - Throws: `notPermitted` when the program fails.
    func keep(user: String, password: String, for server: String) async throws {
        let order = Order(ServerURL: server, Username: user, Secret: password)
        let text = String(decoding: try JSONDocument.encode(order), as: UTF8.self)
        guard try await ask("store", text).terminationStatus.isSuccess else {
            throw BuildError(.notPermitted, "\(name) does not keep the login for \(server); check that it works.")
        }
    }

    /// Has it forget the login of `server`.
    /// - Returns: whether it did: most fail when they have none.
    func forget(_ server: String) async throws -> Bool {
        try await ask("erase", server).terminationStatus.isSuccess
    }

    private func ask(
        _ what: String, _ input: String
    ) async throws -> ExecutionResult<Void, StringOutput<UTF8>, DiscardedOutput> {
        do {
            // Not `input: .string`: some helpers end without having read it, and Subprocess 1.0 traps then.
            return try await run(
                .path(program), arguments: [what], input: .inputWriter, output: .string(limit: 1 << 20),
                error: .discarded
            ) { helper in
                _ = try? await helper.standardInputWriter.write(input)
                try? await helper.standardInputWriter.finish()
            }
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw BuildError(.notPermitted, "\(name) cannot be run; check that it works, or log in again.")
        }
    }
}
