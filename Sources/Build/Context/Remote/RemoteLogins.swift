internal import Dockerfile
internal import FoundationEssentials
internal import Networking
internal import Spelling

/// The secrets that ADD itself uses, named as docker names them: `HTTP_AUTH_HEADER_<host>` and `HTTP_AUTH_TOKEN_<host>` for files,
/// `GIT_AUTH_HEADER` and `GIT_AUTH_TOKEN`, each with `.<host>` or without, for Git repositories.
struct RemoteLogins: Sendable {
    private static let byteCountMaximum = 500 << 10

    /// `--secret`, by id.
    let secrets: [String: BuildRequest.Secret]

    /// What proves to the host of a URL who asks: the value of `Authorization`; `nil` when nothing does.
    /// - Throws: `invalidInput` for a secret that cannot be read.
    func authorization(for url: String) async throws -> String? {
        guard let host = Self.host(of: url) else { return nil }
        if let token = try await text("HTTP_AUTH_TOKEN_\(host)") { return "Bearer \(token)" }
        return try await text("HTTP_AUTH_HEADER_\(host)")
    }

    /// The same for a repository: only those that are reached over HTTP have one.
    /// - Throws: `invalidInput` for a secret that cannot be read.
    func authorization(for repository: GitReference) async throws -> GitProgram.Login? {
        let remote = repository.remote
        guard let host = Self.host(of: remote), remote.hasPrefix("http"), let end = remote.firstRange(of: "://")
        else { return nil }
        let scope = "\(remote[..<end.upperBound])\(remote[end.upperBound...].prefix { $0 != "/" })/"
        for name in ["GIT_AUTH_TOKEN.\(host)", "GIT_AUTH_TOKEN"] {
            guard let token = try await text(name) else { continue }
            let login = Data("x-access-token:\(token)".utf8).base64EncodedString()
            return GitProgram.Login(scope: scope, header: "basic \(login)")
        }
        for name in ["GIT_AUTH_HEADER.\(host)", "GIT_AUTH_HEADER"] {
            guard let header = try await text(name) else { continue }
            return GitProgram.Login(scope: scope, header: header)
        }
        return repository.login.map { GitProgram.Login(scope: scope, header: Self.basic($0)) }
    }

    /// What proves to a server who asks, of a URL's login.
    static func basic(_ login: String) -> String {
        let (user, password) = (login.prefix { $0 != ":" }, login.drop { $0 != ":" }.dropFirst())
        let text = PercentEncoding.decoded(user) + Array(":".utf8) + PercentEncoding.decoded(password)
        return "Basic " + Data(text).base64EncodedString()
    }

    private static func host(of url: String) -> String? {
        guard let end = url.firstRange(of: "://") else { return nil }
        let authority = url[end.upperBound...].prefix { !"/?#".contains($0) }
        guard let last = authority.split(separator: "@").last else { return nil }
        return HostAndPort.split(last)?.host
    }

    private func text(_ id: String) async throws -> String? {
        let bytes: [UInt8]
        switch secrets[id] {
        case nil: return nil
        case .value(let text)?: bytes = Array(text.utf8)
        case .file(let path)?:
            do {
                bytes = try await BlockingThreads.run { try StateFile.read(path, upTo: Self.byteCountMaximum) }
            } catch let error as BuildError {
                throw BuildError(.invalidInput, "the secret \(id): \(error.description)", cause: error)
            }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        return String(text.reversed().drop(while: \.isWhitespace).reversed())
    }
}
