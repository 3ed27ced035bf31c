import ChunkStore
import Chunking
import Hummingbird
import NIOCore
import OCI

extension RegistryRoutes {
    /// How many bytes of a body are handed to the store's threads at once, at least.
    private static let batchMinimum = 256 << 10

    /// `POST /v2/<name>/blobs/uploads/`: begins an upload, takes a whole blob (`?digest=`), or lets the repository
    /// have a blob of another one of its project (`?mount=&from=`).
    func beginUpload(to name: RepositoryName, _ request: Request) async throws -> Response {
        let owner = try Self.owner(of: name)
        let query = request.uri.queryParameters
        if let mounted = query["mount"], !mounted.isEmpty {
            let digest = try RegistryPath.digest(mounted)
            if try await isMountable(digest, from: query["from"].map(String.init), to: name) {
                return Self.created(digest, in: name)
            }
        } else if let text = query["digest"] {
            let digest = try RegistryPath.digest(text)
            let session = UploadSession(repository: name, project: owner)
            try session.begin()
            try await receive(request, into: session, count: nil)
            _ = try await executor.run { try session.commit(expecting: digest, to: $0) }
            return Self.created(digest, in: name)
        }
        let (session, expired) = try uploads.begin(in: name, of: owner)
        if !expired.isEmpty {
            try await executor.run { _ in for session in expired { session.discard() } }
        }
        return Self.accepted(session)
    }

    /// `GET /v2/<name>/blobs/uploads/<id>`.
    func uploadStatus(_ id: String, in name: RepositoryName) throws -> Response {
        var response = Self.accepted(try uploads.session(id, in: name))
        response.status = .noContent
        response.headers[.contentLength] = nil
        return response
    }

    /// `PATCH /v2/<name>/blobs/uploads/<id>`: the next part, as long as it comes. What has arrived stays when the client
    /// goes away.
    func continueUpload(_ id: String, in name: RepositoryName, _ request: Request) async throws -> Response {
        let session = try uploads.session(id, in: name)
        try await write(request, to: session)
        return Self.accepted(session)
    }

    /// `PUT /v2/<name>/blobs/uploads/<id>?digest=`: the last part, if any, and the end.
    func finishUpload(_ id: String, in name: RepositoryName, _ request: Request) async throws -> Response {
        let session = try uploads.session(id, in: name)
        guard let text = request.uri.queryParameters["digest"] else {
            throw RegistryFailure(.digestInvalid, "the query parameter 'digest' is missing")
        }
        let digest = try RegistryPath.digest(text)
        try await write(request, to: session) {
            uploads.remove(session)
            _ = try await executor.run { try session.commit(expecting: digest, to: $0) }
        }
        return Self.created(digest, in: name)
    }

    /// `DELETE /v2/<name>/blobs/uploads/<id>`.
    func cancelUpload(_ id: String, in name: RepositoryName) async throws -> Response {
        let session = try uploads.session(id, in: name)
        uploads.remove(session)
        try await executor.run { _ in session.discard() }
        return Response(status: .noContent)
    }

    private func isMountable(_ digest: Digest, from source: String?, to name: RepositoryName) async throws -> Bool {
        // Without a source any repository of the same project will do.
        if let source {
            guard let source = try? RepositoryName(source), try Self.owner(of: source) == Self.owner(of: name) else {
                return false
            }
        }
        return try await executor.run { store in
            try Repository(name, in: store).flatMap { try store.blob(digest, in: $0.project) } != nil
        }
    }
}

extension RegistryRoutes {
    /// Writes the body of `request` where its `Content-Range` says, then does `finish`; others have to wait.
    private func write(
        _ request: Request, to session: UploadSession, _ finish: () async throws -> Void = {}
    ) async throws {
        var range: UploadRange?
        if let header = request.headers[.contentRange] {
            guard let parsed = UploadRange(header) else {
                throw RegistryFailure(.rangeInvalid, "'\(header)' is not a range of the form <first>-<last>")
            }
            range = parsed
        }
        do {
            try session.begin(at: range?.first)
        } catch {
            throw Self.refused(error, session)
        }
        defer { session.end() }
        try await receive(request, into: session, count: range?.count)
        try await finish()
    }

    /// Writes a body. What arrived before an error of the connection stays.
    /// - Parameter count: how many bytes its range has.
    private func receive(_ request: Request, into session: UploadSession, count: UInt64?) async throws {
        let length = request.headers[.contentLength].flatMap { UInt64($0) }
        if let count, let length, count != length {
            throw RegistryFailure(.sizeInvalid, "Content-Range has \(count) bytes, but Content-Length \(length)")
        }
        let start = session.offset
        try await request.body.forEachBatch(of: Self.batchMinimum) { batch in
            do {
                try await executor.run { try session.write(batch, to: $0) }
            } catch let error as StoreError {
                uploads.remove(session)
                throw error
            }
        }
        let received = session.offset - start
        if let expected = count ?? length, expected != received {
            throw RegistryFailure(.sizeInvalid, "\(received) bytes arrived of \(expected); go on from there")
        }
    }

    private static func refused(_ refusal: UploadProgress.Refusal, _ session: UploadSession) -> RegistryFailure {
        switch refusal {
        case .busy:
            return RegistryFailure(
                .blobUploadInvalid, status: 409, "another request is writing to this upload; wait for its end")
        case .outOfOrder(let offset):
            var failure = RegistryFailure(.rangeInvalid, "the upload goes on at byte \(offset)")
            failure.headers = headers(of: session)
            return failure
        }
    }

    private static func headers(of session: UploadSession) -> HTTPFields {
        let offset = session.offset
        return [
            .location: "/v2/\(session.repository)/blobs/uploads/\(session.id)",
            .range: "0-\(offset > 0 ? offset - 1 : 0)", .dockerUploadUUID: session.id,
        ]
    }

    private static func accepted(_ session: UploadSession) -> Response {
        Response(status: .accepted, headers: headers(of: session))
    }

    private static func created(_ digest: Digest, in name: RepositoryName) -> Response {
        Response(
            status: .created,
            headers: [.location: "/v2/\(name)/blobs/\(digest)", .dockerContentDigest: digest.description])
    }
}
