import Hummingbird
import NIOCore
import OCI

extension RegistryRoutes {
    /// How long a list of referrers may be, about: what clients take a manifest of. Bytes.
    private static let referrersMaximum = 3 << 20

    /// `GET /v2/<name>/referrers/<digest>`: what is about a manifest, whether that is here or not.
    func referrers(of subject: OCIDigest, in name: RepositoryName, _ request: Request) async throws -> Response {
        let type = Self.type(request)
        let last = try request.uri.queryParameters["last"].map { text throws(RegistryFailure) in
            try RegistryPath.digest(text)
        }
        let (entries, next) = try await executor.run { store in
            try Repository(name, in: store)?.referrers(
                of: subject, type: type, after: last, bytes: Self.referrersMaximum) ?? ([], nil)
        }
        return try Self.referrers(of: subject, in: name, request, entries: entries, next: next)
    }

    /// The answer with `entries`, of which more come after `next`.
    static func referrers(
        of subject: OCIDigest, in name: RepositoryName, _ request: Request, entries: [ReferrerEntry], next: OCIDigest?
    ) throws -> Response {
        let type = type(request)
        var headers: HTTPFields = [.contentType: MediaType.index]
        if type != nil { headers[.ociFiltersApplied] = "artifactType" }
        if let next {
            let filter = type.map { "artifactType=\(Self.escaped($0))&" } ?? ""
            headers[.link] = "</v2/\(name)/referrers/\(subject)?\(filter)last=\(next)>; rel=\"next\""
        }
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: ReferrerEntry.index(of: entries))))
    }

    private static func type(_ request: Request) -> String? {
        request.uri.queryParameters["artifactType"].map { String($0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Percent-encoded but for what RFC 3986 leaves alone, and the slash.
    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "/"):
                String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}
