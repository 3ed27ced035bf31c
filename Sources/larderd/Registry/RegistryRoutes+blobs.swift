import ChunkStore
import Chunking
import Hummingbird
import OCI

extension RegistryRoutes {
    /// `HEAD /v2/<name>/blobs/<digest>`: from the index alone.
    func describeBlob(_ digest: Digest, in name: RepositoryName) async throws -> Response {
        let info = try await executor.run { store in
            try Repository(name, in: store).flatMap { try store.blob(digest, in: $0.project) }
        }
        guard let info else { throw Self.noBlob(digest, in: name) }
        return Response(status: .ok, headers: Self.headers(of: digest, length: info.size))
    }

    /// `GET /v2/<name>/blobs/<digest>`, whole or a range of it.
    func sendBlob(_ digest: Digest, in name: RepositoryName, _ request: Request) async throws -> Response {
        let range = Self.isCurrent(request.headers[.ifRange], digest) ? request.headers[.range] : nil
        let opened = try await executor.run { store in
            try OpenedBlob(digest, in: name, range: range, of: store)
        }
        guard let opened else { throw Self.noBlob(digest, in: name) }
        let size = opened.info.size
        switch opened.range {
        case .unsatisfiable:
            var failure = RegistryFailure(.rangeInvalid, "the blob has \(size) bytes; ask for some of those")
            failure.headers[.contentRange] = "bytes */\(size)"
            throw failure
        case .whole:
            return Response(
                status: .ok, headers: Self.headers(of: digest, length: size), body: body(of: opened, length: size))
        case .part(let part):
            let length = part.upperBound - part.lowerBound
            var headers = Self.headers(of: digest, length: length)
            headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)"
            return Response(status: .partialContent, headers: headers, body: body(of: opened, length: length))
        }
    }

    /// Streams the blob: a piece is read while the one before it is sent. An error after the first piece breaks the
    /// connection off, since the status is out.
    private func body(of blob: OpenedBlob, length: UInt64) -> ResponseBody {
        ResponseBody(contentLength: Int(clamping: length)) { [executor] writer in
            var piece = blob.first
            while let present = piece, let stream = blob.stream {
                async let next = executor.run { _ in try stream.next() }
                try await writer.write(present)
                piece = try await next
            }
            try await writer.finish(nil)
        }
    }

    private static func headers(of digest: Digest, length: UInt64) -> HTTPFields {
        [
            .contentType: MediaType.octetStream, .contentLength: "\(length)", .acceptRanges: "bytes",
            .dockerContentDigest: digest.description, .eTag: "\"\(digest)\"",
        ]
    }

    private static func isCurrent(_ ifRange: String?, _ digest: Digest) -> Bool {
        ifRange.map { $0 == "\"\(digest)\"" } ?? true
    }

    static func noBlob(_ digest: Digest, in name: RepositoryName) -> RegistryFailure {
        RegistryFailure(.blobUnknown, "there is no blob \(digest) in \(name)")
    }
}

/// A blob that is about to be sent. Its first piece is read already, so that a blob whose beginning is damaged is
/// reported as missing.
private struct OpenedBlob: Sendable {
    let info: BlobInfo
    let range: ByteRange
    let stream: BlobStream?
    let first: ByteBuffer?

    init?(_ digest: Digest, in name: RepositoryName, range header: String?, of store: Store) throws(StoreError) {
        guard let repository = try Repository(name, in: store),
            let info = try store.blob(digest, in: repository.project)
        else { return nil }
        self.info = info
        range = ByteRange(header, size: info.size)
        switch range {
        case .unsatisfiable: stream = nil
        case .whole: stream = try BlobStream(digest, range: nil, in: repository.project, of: store)
        case .part(let part): stream = try BlobStream(digest, range: part, in: repository.project, of: store)
        }
        first = try stream?.next()
        if range != .unsatisfiable && stream == nil { return nil }
    }
}
