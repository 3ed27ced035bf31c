import Access
import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOPosix
import Networking
import OCI
import SystemPackage

/// Fetches the keys of issuers: discovery (OpenID Connect Discovery 1.0, 4), then the key set, or the latter alone.
struct IssuerClient: Sendable {
    /// How long an issuer may take for one answer.
    static let timeout = TimeAmount.seconds(10)

    /// The environment, which names proxies.
    private let environment: [String: String]

    init(environment: [String: String]) {
        self.environment = environment
    }

    /// The keys, and for how many seconds the issuer calls them fresh; `nil` when it does not say.
    /// - Throws: ``IssuerFailure``, or what the network did.
    func keys(of issuer: TrustedIssuer) async throws -> (keys: [IssuerKey], age: Double?) {
        if case .file(let path) = issuer.keys {
            return (try IssuerKey.keys(of: try await Self.read(path)), IssuerKeyCache.freshMinimum)
        }
        // Asked for at most every few minutes, so connections are not kept. The file of authorities may change.
        let settings = try await Self.blocking {
            try NetworkSettings(environment: environment, authorityFile: issuer.authorityFile.map { FilePath($0) })
        }
        let client = WebClient(settings, .forIssuers)
        do {
            let result = try await keys(of: issuer, through: client)
            await client.shutdown()
            return result
        } catch {
            await client.shutdown()
            throw error
        }
    }

    private func keys(
        of issuer: TrustedIssuer, through client: WebClient
    ) async throws -> (keys: [IssuerKey], age: Double?) {
        let url: String
        if case .url(let given) = issuer.keys {
            url = given
        } else {
            let (bytes, _) = try await get(
                issuer.url.trimmedOfSlash + "/.well-known/openid-configuration", for: issuer, through: client)
            url = try Self.keyURL(in: bytes, of: issuer)
        }
        let (bytes, age) = try await get(url, for: issuer, through: client)
        return (try IssuerKey.keys(of: bytes), age)
    }

    private struct Discovery: Decodable {
        var issuer: String
        var jwks_uri: String
    }

    private static func keyURL(in document: [UInt8], of issuer: TrustedIssuer) throws(IssuerFailure) -> String {
        guard let discovery = try? JSONDocument.value(Discovery.self, in: document) else {
            throw IssuerFailure("its discovery document does not name 'issuer' and 'jwks_uri'")
        }
        guard discovery.issuer == issuer.url else {
            throw IssuerFailure(
                "its discovery document is of '\(discovery.issuer.prefix(200))'; is the issuer's URL right?")
        }
        guard TrustedIssuer.isSafe(discovery.jwks_uri) else {
            throw IssuerFailure("its discovery document names keys at a URL without https")
        }
        return discovery.jwks_uri
    }

    private func get(
        _ url: String, for issuer: TrustedIssuer, through client: WebClient
    ) async throws -> (bytes: [UInt8], age: Double?) {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "accept", value: "application/json, application/jwk-set+json")
        if let token = try await token(of: issuer, for: url) {
            request.headers.add(name: "authorization", value: "Bearer \(token)")
        }
        let response = try await client.execute(request, timeout: Self.timeout)
        guard response.status == .ok else {
            throw IssuerFailure("\(url) answers with status \(response.status.code)")
        }
        let body = try await response.body.collect(
            upTo: IssuerKey.documentBytesMaximum, within: .nanoseconds(Self.timeout.nanoseconds))
        let age = response.headers.first(name: "cache-control").flatMap(Self.maximumAge)
        return (Array(body.readableBytesView), age)
    }

    /// The token that is shown where the configuration itself points, and to nobody else.
    private func token(of issuer: TrustedIssuer, for url: String) async throws -> String? {
        guard let file = issuer.tokenFile else { return nil }
        var known = [WebOrigin.text(of: issuer.url)]
        if case .url(let keys) = issuer.keys { known.append(WebOrigin.text(of: keys)) }
        guard known.contains(WebOrigin.text(of: url)) else { return nil }
        return String(decoding: try await Self.read(file), as: UTF8.self).filter { !$0.isWhitespace }
    }

    /// `max-age` of a `Cache-Control` header (RFC 9111, 5.2.2); 0 for what must not be kept.
    static func maximumAge(_ header: String) -> Double? {
        for directive in header.lowercased().split(separator: ",") {
            let words = directive.filter { $0 != " " && $0 != "\"" }
            if words == "no-store" || words == "no-cache" { return 0 }
            if words.hasPrefix("max-age="), let age = UInt32(words.dropFirst(8)) { return Double(age) }
        }
        return nil
    }

    private static func read(_ path: String) async throws -> [UInt8] {
        try await blocking {
            let bytes = try Data(contentsOf: URL(filePath: path))
            guard bytes.count <= IssuerKey.documentBytesMaximum else { throw IssuerFailure("\(path) is too large") }
            return [UInt8](bytes)
        }
    }

    private static func blocking<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await NIOThreadPool.singleton.runIfActive(body)
    }
}

extension String {
    fileprivate var trimmedOfSlash: String { hasSuffix("/") ? String(dropLast()) : self }
}

extension HTTPClient.Configuration {
    /// What issuers are asked with: where they send one is not believed.
    static var forIssuers: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: .seconds(5), read: .seconds(10))
        configuration.decompression = .disabled
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }
}
