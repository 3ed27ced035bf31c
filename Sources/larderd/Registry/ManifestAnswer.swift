import HTTPTypes
import Hummingbird
import NIOCore
import OCI

/// What a client gets that asks for a manifest.
struct ManifestAnswer: Sendable {
    let headers: HTTPFields
    let body: ByteBuffer

    init(_ manifest: StoredManifest) {
        headers = [
            .contentType: manifest.mediaType, .dockerContentDigest: manifest.digest.description,
            .eTag: "\"\(manifest.digest)\"",
        ]
        body = ByteBuffer(bytes: manifest.bytes)
    }

    var response: Response { Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body)) }
}
