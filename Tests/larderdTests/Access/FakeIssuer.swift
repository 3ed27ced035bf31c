import FoundationEssentials
import HTTPTypes
import Hummingbird
import JWTKit
import Logging
import NIOCore
import Synchronization
import Testing

@testable import larderd

/// A CI system that makes tokens for its jobs, on this machine.
final class FakeIssuer: Sendable {
    /// A key that it signs with.
    struct Key: Sendable {
        let id: String
        let algorithm: any JWTAlgorithm
        /// As its key set has it.
        let document: String

        /// One of the elliptic curve P-256.
        static func es256(_ id: String) async throws -> Key {
            let key = ES256PrivateKey()
            let point = try #require(key.publicKey.parameters)
            let (x, y) = (FakeIssuer.unpadded(point.x), FakeIssuer.unpadded(point.y))
            let algorithm = try await JWTKeyCollection().add(ecdsa: key).getKey()
            return Key(
                id: id, algorithm: algorithm,
                document:
                    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"use\":\"sig\",\"kid\":\"\(id)\",\"x\":\"\(x)\",\"y\":\"\(y)\"}"
            )
        }
    }

    private struct State {
        var keys: [Key]
        var isDown = false
        var cacheControl: String?
        var requests: [String] = []
        var port = 0
    }

    private let state: Mutex<State>

    init(_ keys: [Key]) {
        state = Mutex(State(keys: keys))
    }

    var url: String { "http://127.0.0.1:\(state.withLock { $0.port })" }

    /// What was asked for so far.
    var requests: [String] { state.withLock { $0.requests } }

    func setDown(_ isDown: Bool) { state.withLock { $0.isDown = isDown } }

    func setKeys(_ keys: [Key]) { state.withLock { $0.keys = keys } }

    func setCacheControl(_ text: String) { state.withLock { $0.cacheControl = text } }

    /// Serves while `body` runs.
    func run(_ body: @Sendable () async throws -> Void) async throws {
        let router = Router()
        router.get("**") { request, _ in self.answer(request.uri.path) }
        try await TestServer.run(router) { port in
            self.state.withLock { $0.port = port }
            try await body()
        }
    }

    private func answer(_ path: String) -> Response {
        state.withLock { state in
            state.requests.append(path)
            if state.isDown { return Response(status: .serviceUnavailable) }
            let text: String
            switch path {
            case "/.well-known/openid-configuration":
                let url = "http://127.0.0.1:\(state.port)"
                text =
                    "{\"issuer\":\"\(url)\",\"jwks_uri\":\"\(url)/keys\",\"response_types_supported\":[\"id_token\"]}"
            case "/keys": text = "{\"keys\":[\(state.keys.map(\.document).joined(separator: ","))]}"
            default: return Response(status: .notFound)
            }
            var headers: HTTPFields = [.contentType: "application/json"]
            if let control = state.cacheControl { headers[.cacheControl] = control }
            return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
        }
    }

    /// A token with these claims, which are a JSON object; `ISSUER` in them is this one's URL, `NOW+60` a time.
    func token(_ claims: String, by key: Key, header: String? = nil) throws -> String {
        let header = header ?? "{\"alg\":\"\(key.algorithm.name)\",\"kid\":\"\(key.id)\",\"typ\":\"JWT\"}"
        let signed = "\(Self.encoded(header)).\(Self.encoded(filled(claims)))"
        return "\(signed).\(Self.encoded(try key.algorithm.sign(Array(signed.utf8))))"
    }

    /// Claims with what only is known while it runs.
    private func filled(_ claims: String) -> String {
        var text = claims.replacing("ISSUER", with: url)
        while let range = text.firstRange(of: "NOW") {
            let sign = text[range.upperBound...].first
            let digits = text[range.upperBound...].dropFirst().prefix { $0.isNumber }
            let offset = (Int(digits) ?? 0) * (sign == "-" ? -1 : 1)
            text.replaceSubrange(range.lowerBound..<digits.endIndex, with: "\(Int(WallClock.seconds) + offset)")
        }
        return text
    }

    static func encoded(_ text: String) -> String { encoded(Array(text.utf8)) }

    static func encoded(_ bytes: [UInt8]) -> String {
        unpadded(Data(bytes).base64EncodedString())
    }

    private static func unpadded(_ text: String) -> String {
        text.replacing("+", with: "-").replacing("/", with: "_").filter { $0 != "=" }
    }
}
