import Access
import CacheAPI
import ChunkStore
import Hummingbird
import Logging
import NIOCore
import OCI

extension RegistryRoutes {
    /// The most tags that one request may give a manifest.
    private static let tagsMaximum = 100

    /// `GET` and `HEAD /v2/<name>/manifests/<reference>`. What is stored is sent, whatever the client accepts, if all that
    /// it names is there, which is held for a while then.
    func manifest(
        _ reference: ManifestReference, in name: RepositoryName, _ access: AccessCheck
    ) async throws -> Response {
        try await gate?.check(reference, in: name, access)
        if let recent = recentManifests.answer(reference, in: name, of: executor.store) { return recent.response }
        let found = try await executor.run { store in
            do {
                let version = try store.version
                return try Repository(name, in: store).flatMap { try $0.manifest(reference) }.map { ($0, version) }
            } catch let error as StoreError where error.code == .missingContent {
                throw RegistryFailure(.manifestUnknown, error.description)
            }
        }
        guard let (manifest, version) = found else { throw Self.noManifest(reference, in: name) }
        if case .tag(let tag) = reference { recentTags.note(tag, of: manifest.digest, in: name) }
        let answer = ManifestAnswer(manifest)
        if !manifest.isSparse { recentManifests.note(answer, for: reference, in: name, at: version) }
        return answer.response
    }

    /// `PUT /v2/<name>/manifests/<reference>`, by digest also with tags (`?tag=…&tag=…`).
    func putManifest(
        _ reference: ManifestReference, in name: RepositoryName, _ request: Request, _ access: AccessCheck
    ) async throws -> Response {
        let owner = try Self.owner(of: name)
        let tags = try Self.tags(of: reference, request)
        for tag in tags { try access.require(.write, on: tag, in: name) }
        let pushed = PushedManifest(
            reference: reference,
            tags: tags.map { .init(name: $0, scope: access.scope(writing: $0, in: name)) },
            bytes: try await document(of: request),
            contentType: request.headers[.contentType],
            author: RequestNotes.author(at: Int64(clamping: WallClock.seconds)))
        let stored = try await tagTurns.take(Self.turns(for: tags, in: name)) {
            try await executor.run { [rules, webhooks, gate] store in
                let stored = try pushed.store(in: name, of: owner, store, rules, gate)
                // Before the answer: what a client knows of, others will.
                webhooks?.announce(stored.events)
                return stored
            }
        }
        RequestNotes.current?.note { notes in
            notes.reference = stored.digest.description
            notes.tags = tags
        }
        let admission = try await gate?.admit(stored.digest, tags: stored.held, in: name) ?? .admitted
        for tag in tags { recentTags.note(tag, of: stored.digest, in: name) }
        for (tag, outcome) in stored.caches { log(outcome, tag, name) }
        var headers: HTTPFields = [
            .location: "/v2/\(name)/manifests/\(stored.digest)", .dockerContentDigest: stored.digest.description,
        ]
        if let subject = stored.subject { headers[.ociSubject] = subject.description }
        if case .digest = reference, !tags.isEmpty {
            headers[.ociTag] = tags.map(\.description).joined(separator: ", ")
        }
        if stored.missing > 0 {
            headers[.warning] = "299 - \"\(stored.missing) of what the manifest names is not here\""
        }
        if admission == .pending {
            headers[.warning] = "299 - \"the tags are set when the image has been judged\""
        }
        return Response(status: .created, headers: headers)
    }

    /// `DELETE /v2/<name>/manifests/<reference>`: a tag, or a manifest with all its tags.
    func deleteManifest(
        _ reference: ManifestReference, in name: RepositoryName, _ access: AccessCheck
    ) async throws -> Response {
        let owner = try Self.owner(of: name)
        let author = RequestNotes.author(at: Int64(clamping: WallClock.seconds))
        let tags = if case .tag(let tag) = reference { [tag] } else { [] as [TagName] }
        for tag in tags { try access.require(.delete, on: tag, in: name) }
        let isDeleted = try await tagTurns.take(Self.turns(for: tags, in: name)) {
            try await executor.run { [rules, recentTags, webhooks, gate] store in
                guard let repository = try Repository(name, in: store) else { return false }
                var gone: [TagName] = []
                func delete() throws -> Bool {
                    switch reference {
                    case .tag(let tag): return try repository.delete(tag, rules: rules)
                    case .digest(let digest):
                        return try repository.delete(
                            digest, rules: rules, likely: recentTags.tags(of: digest, in: name)
                        ) { tag in
                            try access.require(.delete, on: tag, in: name)
                            gone.append(tag)
                        }
                    }
                }
                let (isDeleted, isAwaited) =
                    try gate?.forgetting(reference, in: name, delete) ?? (try delete(), false)
                guard isDeleted, let webhooks else { return isDeleted || isAwaited }
                webhooks.announce(
                    RegistryEvent.deleted(
                        reference, from: name, of: owner, tags: gone,
                        by: author))
                return true
            }
        }
        guard isDeleted else { throw Self.noManifest(reference, in: name) }
        return Response(status: .accepted)
    }

    /// What to take to change `tags`.
    private static func turns(for tags: [TagName], in name: RepositoryName) -> ArraySlice<String> {
        tags.map { "\(name):\($0)" }.sorted()[...]
    }

    private func log(_ outcome: BuildCacheTag.Outcome, _ tag: TagName, _ name: RepositoryName) {
        let metadata: Logger.Metadata = ["repository": "\(name)", "tag": "\(tag)"]
        switch outcome {
        case .kept: break
        case .merged(let records, let dropped):
            let level: Logger.Level = dropped > 0 ? .info : .debug
            let counts: Logger.Metadata = ["records": "\(records)", "records.dropped": "\(dropped)"]
            logger.log(level: level, "build cache merged", metadata: metadata.merging(counts) { $1 })
        case .failed(let error):
            logger.warning(
                "build cache not merged; it is served as it was pushed",
                metadata: metadata.merging(["error": "\(error)"]) { $1 })
        }
    }

    /// The tags that a request gives its manifest.
    private static func tags(of reference: ManifestReference, _ request: Request) throws -> [TagName] {
        if case .tag(let tag) = reference { return [tag] }
        let texts = request.uri.queryParameters[values: "tag"].map { String($0) }
        guard texts.count <= tagsMaximum else {
            throw RegistryFailure(
                .tagInvalid, status: 414,
                "\(texts.count) tags are too many for one request; give at most \(tagsMaximum)")
        }
        var seen: Set<TagName> = []
        return try texts.map(RegistryPath.tag).filter { seen.insert($0).inserted }
    }

    private func document(of request: Request) async throws -> [UInt8] {
        let maximum = limits.manifestBytes
        let tooLong = RegistryFailure(
            .sizeInvalid, status: 413, "the manifest has more than \(maximum) bytes, which is the most there may be")
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > maximum { throw tooLong }
        do {
            let bytes = [UInt8](buffer: try await request.body.collect(upTo: maximum))
            RequestNotes.current?.count(received: bytes.count)
            return bytes
        } catch is NIOTooManyBytesError {
            throw tooLong
        }
    }

    static func noManifest(_ reference: ManifestReference, in name: RepositoryName) -> RegistryFailure {
        RegistryFailure(.manifestUnknown, "there is no manifest \(reference) in \(name)")
    }
}
