import Access
import CacheAPI
import ChunkStore
import Chunking
import Hummingbird
import NIOCore
import OCI

extension RegistryRoutes {
    /// How long the parts of an upload should be: shorter ones are taken, too, but cost more. Bytes.
    private static let chunkMinimum = 64 << 10

    /// `POST /v2/<name>/blobs/uploads/`: begins an upload, takes a whole blob (`?digest=`), or lets the repository
    /// have a blob of another one (`?mount=&from=`).
    func beginUpload(to name: RepositoryName, _ request: Request, _ access: AccessCheck) async throws -> Response {
        let owner = try Self.owner(of: name)
        let query = request.uri.queryParameters
        if let mounted = query["mount"], !mounted.isEmpty {
            let digest = try RegistryPath.digest(mounted)
            if try await mount(digest, from: query["from"].map { String($0) }, to: name, of: owner, access) {
                return Self.created(digest, in: name)
            }
        } else if let text = query["digest"] {
            let digest = try RegistryPath.digest(text)
            let session = UploadSession(
                repository: name, project: owner, client: LimitKey.of(access.identity))
            try session.begin()
            try await receive(request, into: session, count: nil)
            try await commit(session, as: digest)
            return Self.created(digest, in: name)
        }
        try Self.checkAlgorithm(query["digest-algorithm"])
        let (session, expired) = try uploads.begin(
            in: name, of: owner, by: LimitKey.of(access.identity))
        if !expired.isEmpty {
            try await executor.run { _ in for session in expired { session.discard() } }
        }
        var response = Self.accepted(session)
        response.headers[.ociChunkMinLength] = "\(Self.chunkMinimum)"
        return response
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
        try await write(request, to: session) { try await pause(session) }
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
            try await commit(session, as: digest)
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

    /// The algorithm that a client says it is going to name the blob in. It need not say so.
    private static func checkAlgorithm(_ text: Substring?) throws(RegistryFailure) {
        guard let text, OCIDigest.Algorithm(rawValue: String(text)) == nil else { return }
        throw RegistryFailure(
            .digestInvalid,
            "the digest algorithm '\(text.prefix(40))' is not one of "
                + OCIDigest.Algorithm.allCases.map(\.rawValue).joined(separator: ", "))
    }

    /// Makes what was uploaded a blob with that name.
    private func commit(_ session: UploadSession, as digest: OCIDigest) async throws {
        switch digest {
        case .sha256(let expected):
            _ = try await executor.run { try session.commit(expecting: expected, to: $0) }
        case .sha512:
            let (blob, naming) = try await executor.run { store in
                let blob = try session.commit(expecting: nil, to: store).digest
                let project = try store.makeProject(named: session.project.description)
                return (blob, try BlobNaming(blob, in: project, of: store))
            }
            guard let naming else { throw Self.noBlob(digest, in: session.repository) }
            while try await executor.run({ _ in try naming.step() }) {}
            // Under its own name the blob stays for a lease period, like all that nothing refers to.
            guard naming.digest() == digest else {
                throw RegistryFailure(
                    .digestInvalid, "the blob's digest is \(naming.digest()), not \(digest) as announced; send it again"
                )
            }
            try await executor.run { store in try Repository(session.repository, in: store)?.name(blob, digest) }
        }
    }

    /// Lets the repository have a blob of `source`, if whoever asks may read there and that one's project lets others have
    /// images, or without a source of any repository of its own project. Whether it has it.
    private func mount(
        _ digest: OCIDigest, from source: String?, to name: RepositoryName, of owner: ProjectName, _ access: AccessCheck
    ) async throws -> Bool {
        try await executor.run { [localProjects] store in
            if try Repository(name, in: store)?.blob(digest) != nil { return true }
            guard let source, let other = try? RepositoryName(source), let lender = ProjectName(owning: source),
                localProjects?.contains(lender) ?? true, access.allows(.project(lender, .read)),
                let giver = try Repository(other, in: store),
                let blob = try giver.blob(digest)
            else { return false }
            let receiver = Repository(
                name, project: try store.makeProject(named: owner.description), store: store)
            try store.share([blob.digest], from: giver.project, with: receiver.project)
            try receiver.name(blob.digest, digest)
            return true
        }
    }
}

extension RegistryRoutes {
    /// Writes the body of `request` where its `Content-Range` says, then does `finish`; others have to wait.
    private func write(
        _ request: Request, to session: UploadSession, _ finish: () async throws -> Void
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
        do {
            try await receive(request, into: session, count: range?.count)
        } catch {
            try? await pause(session)
            throw error
        }
        try await finish()
    }

    /// Lets others have what an upload holds that perhaps nobody goes on with. Also when the client is gone, which cancels
    /// the task.
    private func pause(_ session: UploadSession) async throws {
        if session.isPaused { return }
        do {
            try await Task { [executor] in try await executor.run { _ in try session.pause() } }.value
        } catch {
            uploads.remove(session)
            throw error
        }
    }

    /// Writes a body. What arrived before an error of the connection stays.
    /// - Parameter count: how many bytes its range has.
    private func receive(_ request: Request, into session: UploadSession, count: UInt64?) async throws {
        let length = request.headers[.contentLength].flatMap { UInt64($0) }
        if let count, let length, count != length {
            throw RegistryFailure(.sizeInvalid, "Content-Range has \(count) bytes, but Content-Length \(length)")
        }
        let start = session.offset
        let tooLong = RegistryFailure(
            .sizeInvalid, status: 413, "the blob is too long; this server takes at most \(limits.bodyBytes) bytes")
        if let length, length > UInt64(limits.bodyBytes) { throw tooLong }
        try await request.body.forEachBatch(of: uploads.batchMinimum) { batch in
            let count = batch.reduce(0) { $0 + $1.readableBytes }
            guard session.offset + UInt64(count) <= UInt64(limits.bodyBytes) else { throw tooLong }
            RequestNotes.current?.count(received: count)
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

    private static func created(_ digest: OCIDigest, in name: RepositoryName) -> Response {
        Response(
            status: .created,
            headers: [.location: "/v2/\(name)/blobs/\(digest)", .dockerContentDigest: digest.description])
    }
}
