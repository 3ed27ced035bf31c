internal import CacheAPI
internal import FoundationEssentials
internal import Networking
internal import OCI
internal import Synchronization
public import SystemPackage

/// What proves to a server who this runner is. What ends while a build runs is replaced in time.
public final class RunnerToken: Sendable {
    /// Where it comes from.
    public enum Source: Hashable, Sendable {
        /// It was given, and stays.
        case text(String)
        /// A file, which whoever writes it may renew, as a cluster does with projected tokens.
        case file(FilePath)
        /// What this machine has for the server, once the server wants to know who asks: the login that docker or podman
        /// keeps, else a token of GitHub Actions.
        case found(JobTokenRequest?)
    }

    /// How long a file is not read again. Seconds.
    static let filePeriod = 30.0
    /// How long before its end a job's token is replaced. Seconds.
    static let margin = 90.0
    /// How long a token is used that does not say when it ends. Seconds.
    static let unknownLifetime = 240.0

    private struct State {
        /// The header that is sent, and until when. Seconds since 1970.
        var held: (header: String, until: Double)?
        /// Whether the server wants to know who asks.
        var isWanted: Bool
        var renewal: Task<String?, any Error>?
    }

    private let source: Source
    private let server: ServerAddress
    private let project: ProjectName
    private let network: NetworkSettings
    private let now: @Sendable () -> Double
    private let state: Mutex<State>

    /// - Parameters:
    ///   - server: for whom it is.
    ///   - project: on whose behalf it is asked: podman keeps logins for parts of a registry, too.
    ///   - network: how GitHub is reached.
    convenience init(_ source: Source, for server: ServerAddress, project: ProjectName, network: NetworkSettings) {
        self.init(source, for: server, project: project, network: network) { Date().timeIntervalSince1970 }
    }

    /// - Parameter now: seconds since 1970.
    init(
        _ source: Source, for server: ServerAddress, project: ProjectName = .default, network: NetworkSettings,
        now: @escaping @Sendable () -> Double
    ) {
        (self.source, self.server, self.project) = (source, server, project)
        (self.network, self.now) = (network, now)
        var isFound = false
        if case .found = source { isFound = true }
        state = Mutex(State(isWanted: !isFound))
    }

    /// The `Authorization` header to send now; `nil` for none.
    /// - Throws: `invalidInput`, `notPermitted` for a file that cannot be read, `server` when GitHub gives no token.
    func header() async throws(BuildError) -> String? {
        if case .text(let text) = source { return "Bearer \(text)" }
        let task: Task<String?, any Error>? = state.withLock { state in
            guard state.isWanted else { return nil }
            if let held = state.held, now() < held.until { return Task { held.header } }
            // One look for all who wait.
            if let renewal = state.renewal { return renewal }
            let renewal = Task { try await self.renewed() }
            state.renewal = renewal
            return renewal
        }
        do {
            return try await task?.value
        } catch let error as BuildError {
            throw error
        } catch {
            throw BuildError(.server, "No token for the server is to be had: \(error).", cause: error)
        }
    }

    /// The header to send after the server refused a request with `refused`; the same when there is no other.
    /// - Throws: as ``header()``.
    func header(instead refused: String?) async throws(BuildError) -> String? {
        state.withLock { state in
            state.isWanted = true
            if let held = state.held, held.header == refused { state.held = nil }
        }
        return try await header()
    }

    private func renewed() async throws -> String? {
        defer { state.withLock { $0.renewal = nil } }
        let held = try await look()
        state.withLock { $0.held = held }
        return held?.header
    }

    private func look() async throws -> (header: String, until: Double)? {
        switch source {
        case .text(let text): return ("Bearer \(text)", .infinity)
        case .file(let path): return ("Bearer \(try await Self.read(path))", now() + Self.filePeriod)
        case .found(let request):
            if let login = await keptLogin() { return (login, .infinity) }
            guard let request else { return nil }
            let token = try await request.token(through: network)
            return ("Bearer \(token)", Self.expiry(of: token).map { $0 - Self.margin } ?? now() + Self.unknownLifetime)
        }
    }

    /// The login that docker or podman keeps for the server as a registry.
    private func keptLogin() async -> String? {
        guard let host = try? RegistryHost(server.registryHost),
            let repository = try? RepositoryName(project.description),
            let login = try? await RegistryCredentials().login(for: host, repository)
        else { return nil }
        return login.basicHeader ?? login.identityToken.map { "Bearer \($0)" }
    }

    private static func read(_ path: FilePath) async throws -> String {
        let text: String
        do {
            let bytes = try await BlockingThreads.run { try SmallFile.read(path) }
            text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
        } catch {
            throw BuildError(.invalidInput, "The file \(path) with the token cannot be read: \(error).", cause: error)
        }
        guard !text.isEmpty, text.utf8.count <= 16 << 10 else {
            throw BuildError(.invalidInput, "The file \(path) has no token in it.")
        }
        return text
    }

    private struct Claims: Decodable {
        var exp: Double
    }

    /// When a JSON Web Token ends; `nil` when it does not say. Nothing is checked: that is for who gets it.
    static func expiry(of token: String) -> Double? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        var text = parts[1].replacing("-", with: "+").replacing("_", with: "/")
        text += String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        return Data(base64Encoded: String(text)).flatMap { try? JSONDocument.value(Claims.self, in: $0) }?.exp
    }
}

extension RunnerToken.Source: CustomStringConvertible, CustomReflectable {
    /// Where it comes from: no secret.
    public var description: String {
        switch self {
        case .text: "a token that was given"
        case .file(let path): "the token in \(path)"
        case .found(let request):
            request == nil ? "a login of this machine" : "a login of this machine, or GitHub Actions"
        }
    }

    /// Shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
