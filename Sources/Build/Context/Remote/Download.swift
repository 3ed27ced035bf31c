internal import AsyncHTTPClient
internal import Chunking
internal import Dockerfile
internal import NIOCore
internal import NIOHTTP1
internal import Networking
internal import OCI
internal import SystemPackage

/// Fetches one file over HTTP.
struct Download: Sendable {
    /// A file that was fetched.
    struct File: Sendable {
        let path: FilePath
        /// SHA-256 of its bytes.
        let digest: Digest
        let size: UInt64
        /// When it was changed, as the server says; seconds since 1970, 0 when it does not.
        let time: Int64

        /// As a source of a copy: mode 0600, as docker has it.
        func source(named name: String) -> CopySource {
            let name = Array(name.utf8)
            let entry = Entry(path: LayerPath(name), kind: .file, mode: 0o600, size: size, mtimeSeconds: time)
            return CopySource(name: name, files: [CopySource.File(path: [], entry: entry, content: .file(path))])
        }
    }

    private let web: WebClient
    private let logins: RemoteLogins

    init(_ web: WebClient, _ logins: RemoteLogins) {
        self.web = web
        self.logins = logins
    }

    /// Fetches `file` to `path`, again when a failure may pass.
    /// - Throws: `invalidInput` for a file that is not to be had or has another checksum; `io`.
    func fetch(_ file: RemoteFile, to path: FilePath) async throws -> File {
        var retries = Retries(web.retries)
        while true {
            do {
                let fetched = try await attempt(file, path)
                try check(fetched, file)
                return fetched
            } catch let error as BuildError {
                guard await retries.waits(after: error) else { throw error }
            }
        }
    }

    private func check(_ fetched: File, _ file: RemoteFile) throws(BuildError) {
        guard let checksum = file.checksum, checksum != fetched.digest.hex else { return }
        throw BuildError(
            .invalidInput,
            "\(file) has the checksum sha256:\(fetched.digest.hex), not sha256:\(checksum) as the instruction says")
    }

    private func attempt(_ file: RemoteFile, _ path: FilePath) async throws -> File {
        var request = HTTPClientRequest(url: file.url)
        // Other hosts that the server sends to do not see it.
        if let login = try await logins.authorization(for: file.url) ?? file.login.map(RemoteLogins.basic) {
            request.headers.replaceOrAdd(name: "authorization", value: login)
        }
        let answer: HTTPClientResponse
        do {
            answer = try await web.execute(request, timeout: .hours(1))
        } catch {
            throw failure(error, file)
        }
        guard (200..<300).contains(answer.status.code) else {
            throw BuildError(
                .invalidInput, "\(file) cannot be fetched: the server answers \(answer.status); check the URL",
                cause: UnexpectedStatus(code: answer.status.code, retryAfter: answer.retryAfter))
        }
        var hasher = DigestHasher()
        var size: UInt64 = 0
        let target = try await BlockingThreads.run { try Self.create(path) }
        do {
            for try await part in answer.body {
                let bytes = Array(part.readableBytesView)
                unsafe hasher.update(bytes.span.bytes)
                size += UInt64(bytes.count)
                try await BlockingThreads.run { _ = try target.writeAll(bytes) }
            }
            try await BlockingThreads.run { try target.close() }
        } catch {
            try? await BlockingThreads.run { try target.close() }
            throw failure(BrokenAnswer(error), file)
        }
        let time = answer.headers.first(name: "last-modified").flatMap { HTTPDate.seconds($0) } ?? 0
        return File(path: path, digest: hasher.finalize(), size: size, time: time)
    }

    private static func create(_ path: FilePath) throws -> SystemPackage.FileDescriptor {
        try SystemPackage.FileDescriptor.open(
            path, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: .ownerReadWrite)
    }

    private func failure(_ error: any Error, _ file: RemoteFile) -> any Error {
        if Task.isCancelled { return CancellationError() }
        return BuildError(
            .invalidInput, "\(file) cannot be fetched: \(NetworkFailure.words(for: error))", cause: error)
    }
}

extension HTTPClient.Configuration {
    /// For files anywhere: redirections are followed.
    static var forDownloads: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .follow(max: 10, allowCycles: false),
            timeout: .init(connect: .seconds(10), read: .seconds(60)))
        configuration.httpVersion = .http1Only
        return configuration
    }
}
