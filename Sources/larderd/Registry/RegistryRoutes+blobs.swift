import ChunkStore
import Hummingbird
import NIOCore
import OCI

extension RegistryRoutes {
    /// `HEAD /v2/<name>/blobs/<digest>`: from the index alone.
    func describeBlob(_ digest: OCIDigest, in name: RepositoryName) async throws -> Response {
        let info = try await executor.run { store in try Repository(name, in: store)?.blob(digest) }
        guard let info else { throw Self.noBlob(digest, in: name) }
        return Response(status: .ok, headers: Self.headers(of: digest, length: info.size))
    }

    /// `GET /v2/<name>/blobs/<digest>`, whole or parts of it.
    func sendBlob(_ digest: OCIDigest, in name: RepositoryName, _ request: Request) async throws -> Response {
        try await sendBlob(digest, in: name, request) { store in
            guard let repository = try Repository(name, in: store) else { return nil }
            return try repository.blob(digest).map { ($0, repository.project) }
        }
    }

    /// Sends the blob that `find`, which blocks, gives together with the project that has it.
    func sendBlob(
        _ digest: OCIDigest, in name: RepositoryName, _ request: Request,
        _ find: @escaping @Sendable (Store) throws -> (BlobInfo, ProjectID)?
    ) async throws -> Response {
        let range = Self.isCurrent(request.headers[.ifRange], digest) ? request.headers[.range] : nil
        let coding = encodings?.coding(accepting: request.headers[.acceptEncoding])
        let opened = try await executor.run { [encodings] store in
            guard let (info, project) = try find(store) else { return nil as OpenedBlob? }
            return try OpenedBlob(info, in: project, range: range, encodings, as: coding, of: store)
        }
        guard let opened else { throw Self.noBlob(digest, in: name) }
        var response = try answer(opened, digest)
        if encodings?.apply(to: opened.info) == true { response.headers[.vary] = "Accept-Encoding" }
        return response
    }

    private func answer(_ opened: OpenedBlob, _ digest: OCIDigest) throws -> Response {
        let size = opened.info.size
        switch opened.ranges {
        case .unsatisfiable:
            var failure = RegistryFailure(.rangeInvalid, "the blob has \(size) bytes; ask for some of those")
            failure.headers[.contentRange] = "bytes */\(size)"
            throw failure
        case .whole:
            guard let encoded = opened.encoded else {
                return Response(
                    status: .ok, headers: Self.headers(of: digest, length: size), body: body(of: opened, length: size))
            }
            return Response(
                status: .ok, headers: Self.headers(of: digest, encoded),
                body: body(of: opened, length: encoded.length))
        case .parts(let parts) where parts.count == 1:
            let part = parts[0]
            let length = part.upperBound - part.lowerBound
            var headers = Self.headers(of: digest, length: length)
            headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)"
            return Response(status: .partialContent, headers: headers, body: body(of: opened, length: length))
        case .parts(let parts):
            let layout = MultipartRanges(
                parts, of: size, mediaType: MediaType.octetStream, boundary: UploadSession.makeID())
            var headers = Self.headers(of: digest, length: layout.byteCount)
            headers[.contentType] = layout.contentType
            return Response(
                status: .partialContent, headers: headers,
                body: body(of: opened, length: layout.byteCount, in: layout))
        }
    }

    /// `DELETE /v2/<name>/blobs/<digest>`.
    func deleteBlob(_ digest: OCIDigest, in name: RepositoryName) async throws -> Response {
        let outcome = try await executor.run { store in
            try Repository(name, in: store)?.deleteBlob(digest) ?? .absent
        }
        switch outcome {
        case .deleted: return Response(status: .accepted)
        case .absent: throw Self.noBlob(digest, in: name)
        case .inUse:
            throw RegistryFailure(
                .denied, status: 405, "something in the project needs the blob \(digest); delete what names it first")
        }
    }

    /// Streams the blob, or several parts of it with what stands around them: a piece is read while the one before it is
    /// sent. An error after the first piece breaks the connection off, since the status is out.
    private func body(of blob: OpenedBlob, length: UInt64?, in layout: MultipartRanges? = nil) -> ResponseBody {
        ResponseBody(contentLength: length.map { Int(clamping: $0) }) { [executor] writer in
            for position in 0..<(layout?.parts.count ?? 1) {
                if let layout { try await writer.write(ByteBuffer(string: layout.head(at: position))) }
                var (source, piece) = (blob.source, blob.first)
                if let layout, position > 0 {
                    (source, piece) = try await executor.run { try blob.part(layout.parts[position], of: $0) }
                }
                while let present = piece, let source {
                    async let next = executor.run { _ in try source.next() }
                    try await writer.write(present)
                    piece = try await next
                }
            }
            if let layout { try await writer.write(ByteBuffer(string: layout.tail)) }
            try await writer.finish(nil)
        }
    }

    static func headers(of digest: OCIDigest, length: UInt64) -> HTTPFields {
        [
            .contentType: MediaType.octetStream, .contentLength: "\(length)", .acceptRanges: "bytes",
            .dockerContentDigest: digest.description, .eTag: "\"\(digest)\"",
        ]
    }

    /// The digest stays the layer's own; the ETag tells its forms apart (RFC 9110, section 8.8.3).
    private static func headers(of digest: OCIDigest, _ encoded: LayerEncodings.Encoded) -> HTTPFields {
        var headers = headers(of: digest, length: 0)
        headers[.contentLength] = encoded.length.map { "\($0)" }
        headers[.contentEncoding] = encoded.coding.rawValue
        headers[.eTag] = "\"\(digest)-\(encoded.coding.rawValue)\""
        return headers
    }

    private static func isCurrent(_ ifRange: String?, _ digest: OCIDigest) -> Bool {
        ifRange.map { $0 == "\"\(digest)\"" } ?? true
    }

    static func noBlob(_ digest: OCIDigest, in name: RepositoryName) -> RegistryFailure {
        RegistryFailure(.blobUnknown, "there is no blob \(digest) in \(name)")
    }
}
