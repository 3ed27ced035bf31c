import CacheAPI
import FoundationEssentials
import Hummingbird
import NIOCore

extension Response {
    /// An answer whose body is `value` as JSON.
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        json(encoded: try JSONEncoder.cacheAPI.encode(value), status: status)
    }

    /// An answer whose body is the JSON document `data`.
    static func json(encoded data: Data, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: CacheMediaType.json],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
    }

    /// The answer that tells of `failure`.
    static func failure(_ failure: APIFailure) -> Response {
        let status = HTTPResponse.Status(code: failure.status)
        // Two strings always encode, so the second branch is never taken.
        let encoder = JSONEncoder.cacheAPI
        // Two failures that say the same are the same bytes.
        encoder.outputFormatting.insert(.sortedKeys)
        let body = try? encoder.encode(failure)
        var response = body.map { json(encoded: $0, status: status) } ?? Response(status: status)
        if failure.code == .unauthenticated { response.headers.append(contentsOf: AccessChallenge.headers) }
        return response
    }
}

extension JSONEncoder {
    /// How the cache API writes JSON.
    static var cacheAPI: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return encoder
    }
}
