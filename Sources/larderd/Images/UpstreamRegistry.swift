import AsyncHTTPClient
import CacheAPI
import ChunkStore
import Chunking
import Compression
import Logging
import NIOCore
import NIOHTTP1
import Networking
import OCI

/// One repository of another registry, which is only read. Transient failures are tried again a few times; a registry
/// that wants to be left alone is.
struct UpstreamRegistry: Sendable {
    /// How long a registry may take until it begins to answer. How long its answer may take: ``AnswerLimits``.
    static let answerTimeout = TimeAmount.seconds(60)
    /// The pauses before a request is tried again.
    static let pauses: [Duration] = [.milliseconds(250), .seconds(1)]

    private let access: UpstreamAccess
    private let place: MirrorPlace
    private var host: RegistryHost { place.host }
    private var repository: RepositoryName { place.repository }

    init(_ host: RegistryHost, _ repository: RepositoryName, access: UpstreamAccess) {
        place = MirrorPlace(host: host, repository: repository)
        self.access = access
    }

    /// A manifest or index, checked against its digest when that is how it is named.
    func manifest(_ reference: ManifestReference) async throws -> StoredManifest {
        try await retrying("manifest \(reference)") {
            let response = try await self.get(
                "manifests/\(reference)", accept: MediaType.manifestsAndIndexes.joined(separator: ", "))
            let bytes = try await self.collect(response, maximum: StoredManifest.byteCountMaximum)
            let type = MediaType.essence(of: response.headers.first(name: "content-type") ?? "")
            var algorithm = OCIDigest.Algorithm.sha256
            if case .digest(let digest) = reference { algorithm = digest.algorithm }
            let manifest = StoredManifest(mediaType: type, bytes: bytes, algorithm: algorithm)
            if case .digest(let digest) = reference, digest != manifest.digest {
                throw self.failure("sent another manifest than \(digest); it cannot be trusted")
            }
            return manifest
        }
    }

    /// The digest of what a tag points at; `nil` when the registry does not say. Registries that count pulls do not count
    /// this.
    func digest(of tag: TagName) async throws -> Digest? {
        try await retrying("tag \(tag)") {
            let response = try await self.get(
                "manifests/\(tag)", .HEAD, accept: MediaType.manifestsAndIndexes.joined(separator: ", "))
            return response.headers.first(name: "docker-content-digest").flatMap { Digest($0) }
        }
    }

    /// The length of a blob; `nil` when the registry does not say. Bytes.
    func size(of blob: OCIDigest) async throws -> UInt64? {
        try await retrying("blob \(blob)") {
            let response = try await self.get("blobs/\(blob)", .HEAD, accept: "*/*")
            return response.headers.first(name: "content-length").flatMap { UInt64($0) }
        }
    }

    /// A part of the list of tags, and whether there are more.
    func tags(_ page: Page) async throws -> (names: [String], hasMore: Bool) {
        try await retrying("the list of tags") {
            var path = "tags/list?n=\(page.count)"
            if let last = page.last { path += "&last=\(last)" }
            let response = try await self.get(path, accept: "application/json")
            let bytes = try await self.collect(response, maximum: StoredManifest.byteCountMaximum)
            guard let list = try? JSONDocument.decode(TagNames.self, from: bytes, subject: "the list") else {
                throw self.failure("sent a list of tags that is none")
            }
            return (list.tags ?? [], response.headers.contains(name: "link"))
        }
    }

    /// A small blob as a whole, checked against its digest.
    func document(_ descriptor: Descriptor, maximum: Int) async throws -> [UInt8] {
        try await retrying("blob \(descriptor.digest)") {
            let response = try await self.get("blobs/\(descriptor.digest)", accept: "*/*")
            let bytes = try await self.collect(response, maximum: maximum)
            guard Digest(hashing: bytes) == descriptor.digest else {
                throw self.failure("sent another blob than \(descriptor.digest); it cannot be trusted")
            }
            return bytes
        }
    }

    /// A blob as a stream that `take` reads. When it breaks off, `take` is called again with the whole.
    func blob(
        _ digest: OCIDigest, _ take: @Sendable (HTTPClientResponse.Body) async throws -> Void
    ) async throws {
        try await retrying("blob \(digest)") {
            try await take(try await self.get("blobs/\(digest)", accept: "*/*").body)
        }
    }

    /// The error that says what the registry did.
    func failure(_ what: String, code: APIFailure.Code = .upstream) -> APIFailure {
        APIFailure(code, "registry \(host) \(what) (for \(host)/\(repository))")
    }
}

extension UpstreamRegistry {
    private func retrying<Result: Sendable>(
        _ subject: String, _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        if let rest = access.pauses.rest(of: host) { throw busy(rest) }
        for pause in Self.pauses {
            do {
                return try await body()
            } catch let error where Self.isTransient(error) {
                access.logger.info(
                    "upstream tried again",
                    metadata: ["registry.host": "\(host)", "registry.item": "\(subject)", "error": "\(error)"])
                try await Task.sleep(for: pause)
            }
        }
        do {
            return try await body()
        } catch let error where Self.isTransient(error) && !(error is UpstreamStatus) {
            throw failure("cannot be reached or broke off: \(error); \(Self.advice(error))")
        } catch let error as UpstreamStatus {
            if error.code == 429, let rest = access.pauses.rest(of: host) { throw busy(rest) }
            throw failure("answered with status \(error.code); try again later")
        }
    }

    /// Whether the same request may succeed in a moment: all that the network, TLS and overloaded servers do; not
    /// refusals, wrong content, and our own store's errors.
    private static func isTransient(_ error: any Error) -> Bool {
        switch error {
        case is APIFailure, is StoreError, is CompressionError, is ChunkingError, is OCIError: false
        case is CancellationError: false
        default: true
        }
    }

    private static func advice(_ error: any Error) -> String {
        "\(error)".contains("CERTIFICATE_VERIFY_FAILED")
            ? "its certificate is not from an authority that is known here: give that one's with --upstream-ca-file"
            : "check this server's network and its HTTPS_PROXY, then try again"
    }

    private func busy(_ rest: Duration) -> APIFailure {
        failure("wants to be asked again in \(rest.components.seconds + 1) s; log in to it, or wait")
    }

    /// Asks for something of the repository; the answer is a success.
    private func get(_ path: String, _ method: HTTPMethod = .GET, accept: String) async throws -> HTTPClientResponse {
        let url = "\(host.endpoint)/v2/\(repository)/\(path)"
        var response = try await send(method, url, accept: accept)
        if response.status == .unauthorized {
            access.tokens.note(try await header(for: response), for: place)
            response = try await send(method, url, accept: accept)
        }
        switch response.status.code {
        case 200: return response
        case 401, 403:
            throw failure("does not give \(path) to this server; give it a login with --upstream-credentials")
        case 404: throw failure("has no \(path)", code: .notFound)
        case 429:
            let clock = Int64(clamping: WallClock.seconds)
            access.pauses.note(
                host, retryAfter: RetryAfter.seconds(clock: clock) { response.headers.first(name: $0) })
            // Trying again at once would only prolong it.
            throw busy(access.pauses.rest(of: host) ?? .zero)
        case 500...599: throw UpstreamStatus(code: response.status.code)
        default: throw failure("answered with status \(response.status.code) to a request for \(path)")
        }
    }

    private func send(_ method: HTTPMethod, _ url: String, accept: String) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.headers.add(name: "accept", value: accept)
        request.headers.add(name: "accept-encoding", value: "identity")
        request.headers.add(name: "user-agent", value: "larderd")
        if let header = access.tokens[place] { request.headers.add(name: "authorization", value: header) }
        return try await access.client.execute(request, timeout: Self.answerTimeout)
    }

    /// What the registry wants to see.
    private func header(for refusal: HTTPClientResponse) async throws -> String {
        let login = access.login(for: host, repository)
        let challenges = refusal.headers["www-authenticate"]
        if let challenge = challenges.lazy.compactMap({ BearerChallenge($0) }).first {
            return "Bearer \(try await token(for: challenge, login))"
        }
        guard challenges.contains(where: { $0.lowercased().hasPrefix("basic") }), let header = login?.basicHeader else {
            throw failure("asks for a login; give this server one with --upstream-credentials")
        }
        return header
    }

    private func token(for challenge: BearerChallenge, _ login: RegistryLogin?) async throws -> String {
        let scope = challenge.scope ?? "repository:\(repository):pull"
        guard challenge.realm.hasPrefix("https://") || (challenge.realm.hasPrefix("http://") && host.isLoopback) else {
            throw failure("wants its tokens to be fetched from '\(challenge.realm)', which is not https")
        }
        var request = HTTPClientRequest(url: challenge.tokenURL(scope: scope))
        if let header = login?.basicHeader { request.headers.add(name: "authorization", value: header) }
        if let identity = login?.identityToken {
            request.url = challenge.realm
            request.method = .POST
            request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
            request.body = .bytes(
                ByteBuffer(string: challenge.form(scope: scope, refreshToken: identity, client: "larderd")))
        }
        request.headers.add(name: "user-agent", value: "larderd")
        let response = try await access.client.execute(request, timeout: Self.answerTimeout)
        guard response.status == .ok else {
            if response.status.code == 429 || response.status.code >= 500 {
                throw UpstreamStatus(code: response.status.code)
            }
            throw failure("gives this server no token (status \(response.status.code))")
        }
        let bytes = try await collect(response, maximum: 1 << 20)
        let answer = try? JSONDocument.decode(TokenAnswer.self, from: bytes, subject: "the token")
        guard let token = answer?.token ?? answer?.accessToken else { throw failure("gave a token that is none") }
        return token
    }

    private func collect(_ response: HTTPClientResponse, maximum: Int) async throws -> [UInt8] {
        do {
            let time = access.client.answers.documentTime
            return [UInt8](buffer: try await response.body.collect(upTo: maximum, within: time))
        } catch is NIOTooManyBytesError {
            throw failure("sent a document of more than \(maximum) bytes")
        }
    }
}

/// A status that may be another one in a moment.
private struct UpstreamStatus: Error {
    let code: UInt
}

private struct TagNames: Decodable {
    let tags: [String]?
}

private struct TokenAnswer: Decodable {
    let token: String?
    let accessToken: String?

    private enum CodingKeys: String, CodingKey {
        case token
        case accessToken = "access_token"
    }
}

extension HTTPClient.Configuration {
    /// Of all upstream requests. Nothing is decompressed, since digests are those of the bytes as they are sent.
    static var forUpstreams: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .follow(max: 5, allowCycles: false)
        configuration.timeout = .init(connect: .seconds(15), read: .seconds(60))
        configuration.decompression = .disabled
        // Otherwise the pool itself tries a refused connection again until the timeout, and builds wait for it.
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }
}
