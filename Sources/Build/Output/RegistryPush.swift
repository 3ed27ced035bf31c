internal import AsyncHTTPClient
internal import Chunking
internal import NIOCore
internal import NIOHTTP1
internal import Networking
internal import OCI

/// Sends an image to one repository of a registry (OCI distribution-spec 1.1, "Push").
struct RegistryPush: Sendable {
    /// How many blobs are sent at once.
    private static let blobsAtOnce = 3
    /// How long it may take to send a blob and have it acknowledged.
    private static let blobTime = TimeAmount.hours(12)

    let content: PushContent
    let access: RegistryAccess
    let retries: RetrySchedule

    /// Sends what the registry lacks, then the image's document under each of `tags`, or under its digest when there are
    /// none; returns how many bytes were sent.
    /// - Throws: `notPermitted`, `registry`, or what reading the image throws.
    func run(_ tags: [TagName]) async throws -> Int {
        try await retrying { try await access.greet() }
        let count = try await withThrowingTaskGroup(of: Int.self) { group in
            let turns = TaskLimit(Self.blobsAtOnce)
            for blob in content.blobs {
                group.addTask { try await turns.run { try await push(blob) } }
            }
            var count = 0
            while let next = try await group.next() { count += next }
            return count
        }
        for child in content.children {
            _ = try await retrying { try await put(child, as: child.digest.description) }
        }
        let names = tags.isEmpty ? [content.root.digest.description] : tags.map(\.description)
        for name in names {
            _ = try await retrying { try await put(content.root, as: name) }
        }
        for referrer in content.referrers { try await retrying { try await attach(referrer) } }
        return count
    }

    /// Sends a blob unless it is there; returns how many bytes that took.
    private func push(_ blob: PushContent.Blob) async throws -> Int {
        try await retrying {
            try Task.checkCancellation()
            if try await isThere(blob) { return 0 }
            try await send(blob, to: try await beginUpload())
            return Int(clamping: blob.size)
        }
    }

    /// Whether the registry has the blob. Whatever is not a clear yes is a no: then it is sent, and any trouble told.
    private func isThere(_ blob: PushContent.Blob) async throws -> Bool {
        var request = HTTPClientRequest(url: "\(access.base)/blobs/\(blob.digest)")
        request.method = .HEAD
        for _ in 0..<3 {
            let answer = try await access.send(request)
            guard (300..<400).contains(answer.status.code), let header = answer.headers.first(name: "location"),
                let location = UploadLocation(header, from: request.url)
            else { return answer.status == .ok }
            request.url = location.url
        }
        return false
    }

    private func beginUpload() async throws -> UploadLocation {
        let url = "\(access.base)/blobs/uploads/"
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-length", value: "0")
        let answer = try await access.send(request)
        let body = try await access.collect(answer)
        try check(answer, body, is: 202, "an upload")
        guard let location = answer.headers.first(name: "location").flatMap({ UploadLocation($0, from: url) }) else {
            throw BuildError(.registry, "The registry \(access.host) does not say where layers go, or not to https.")
        }
        return location
    }

    private func send(_ blob: PushContent.Blob, to location: UploadLocation) async throws {
        let feed = BlobFeed(blob.digest, size: blob.size)
        var request = HTTPClientRequest(url: location.url(for: blob.digest))
        request.method = .PUT
        request.headers.add(name: "content-type", value: MediaType.octetStream)
        request.body = .stream(feed.bytes, length: .known(Int64(clamping: blob.size)))
        let put = request
        try await withTaskCancellationHandler {
            async let reading = fill(feed, blob)
            let refusal = await finishUpload(put, blob)
            feed.abandon()
            // When reading failed the request did, too, but reading knows why.
            if let failure = await reading ?? refusal { throw failure }
        } onCancel: {
            feed.abandon()
        }
    }

    /// Sends the request with a blob; returns why the registry does not have it.
    private func finishUpload(_ request: HTTPClientRequest, _ blob: PushContent.Blob) async -> (any Error)? {
        do {
            let answer = try await access.send(request, within: Self.blobTime, repeats: false)
            try check(answer, try await access.collect(answer), is: 201, "the layer \(blob.digest.short)")
            return nil
        } catch {
            return error
        }
    }

    /// Reads a blob; returns why it could not be read.
    private func fill(_ feed: BlobFeed, _ blob: PushContent.Blob) async -> (any Error)? {
        do {
            try await blob.read { try feed.fill($0) }
            feed.finish()
            return nil
        } catch {
            feed.finish(throwing: error)
            return error is BlobFeed.Abandoned ? nil : error
        }
    }

    /// Sends a document; returns the head of the answer.
    func put(_ document: PushContent.Document, as name: String) async throws -> HTTPHeaders {
        var request = HTTPClientRequest(url: "\(access.base)/manifests/\(name)")
        request.method = .PUT
        request.headers.add(name: "content-type", value: document.mediaType)
        request.body = .bytes(ByteBuffer(bytes: document.bytes))
        let answer = try await access.send(request)
        try check(answer, try await access.collect(answer), is: 201, "the manifest \(name)")
        let digest = answer.headers.first(name: "docker-content-digest")
        guard digest == nil || digest == document.digest.description else {
            throw BuildError(.registry, "The registry \(access.host) stored another manifest than it was sent.")
        }
        return answer.headers
    }

    /// The index that a tag names; an empty one when there is none.
    func index(at tag: String) async throws -> Index {
        var request = HTTPClientRequest(url: "\(access.base)/manifests/\(tag)")
        request.headers.add(name: "accept", value: MediaType.index)
        let answer = try await access.send(request)
        let body = try await access.collect(answer)
        if answer.status == .notFound { return Index(manifests: []) }
        try check(answer, body, is: 200, "a question for the tag \(tag)")
        return try JSONDocument.decode(from: body, subject: "the index \(tag)")
    }
}

extension RegistryPush {
    /// - Throws: ``RegistryAccess/PassingFailure`` for what may change in a moment; `notPermitted`, `registry`.
    private func check(
        _ answer: HTTPClientResponse, _ body: [UInt8], is status: UInt, _ subject: String
    ) throws {
        let code = answer.status.code
        let errors = try? JSONDocument.decode(RegistryErrorBody.self, from: body, subject: "the failure").errors
        let failure = errors?.first
        let words = failure.map { ": \($0.message ?? $0.code)" } ?? ""
        switch code {
        case status: return
        case 401, 403: throw access.refusal(of: "does not take \(subject)", code)
        case 408, 429, 500...599:
            throw RegistryAccess.PassingFailure(
                words: "answers with status \(code)\(words)", retryAfter: answer.retryAfter.map { .seconds($0) })
        case 404 where failure?.code == RegistryErrorCode.blobUploadUnknown.rawValue:
            throw RegistryAccess.PassingFailure(words: "lost an upload\(words)")
        default:
            throw BuildError(
                .registry,
                "The registry \(access.host) does not take \(subject) for \(access.repository) (status \(code))\(words)."
            )
        }
    }

    private func retrying<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        var failureCount = 0
        while true {
            do {
                return try await body()
            } catch let failure as RegistryAccess.PassingFailure {
                failureCount += 1
                guard let pause = retries.pause(before: failureCount, wanted: failure.retryAfter) else {
                    throw BuildError(
                        .registry,
                        "The registry \(access.host) \(failure.words). The image is built: push it again.")
                }
                try await Task.sleep(for: pause)
            }
        }
    }
}
