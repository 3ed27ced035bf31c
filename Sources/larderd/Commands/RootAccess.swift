import AsyncHTTPClient
import CacheAPI
import ChunkStore
import FoundationEssentials
import Glibc
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Networking
import OCI
import SystemPackage

/// Works on a root: itself when nobody has it open, else through the server that has.
struct RootAccess: Sendable {
    /// The root.
    let root: FilePath
    /// Where it is written down what is done to it.
    private var audit = AuditSettings()

    /// What says that a directory is a root: its chunk files, or tokens that were made before it was served first. Any other
    /// directory a command would make one of.
    private static let marks = ["chunks", "tokens.json"]

    /// - Throws: ``ServerError`` when there is no store in `root`.
    init(existing root: FilePath) throws(ServerError) {
        guard Self.marks.contains(where: { FileManager.default.fileExists(atPath: root.appending($0).string) }) else {
            // A root is closed to everybody but whoever serves it: others cannot see what is in it.
            if unsafe access(root.string, X_OK) != 0, errno == EACCES {
                throw ServerError(
                    .noStore, "You may not look into \(root); run the command as the user that serves it, or as root.")
            }
            throw ServerError(.noStore, "There is no store at \(root); give the --root that larderd serves.")
        }
        self.root = root
    }

    private init(unchecked root: FilePath) {
        self.root = root
    }

    /// The root that the flag `--root` or the environment names.
    /// - Parameters:
    ///   - mayBeNew: whether it is made when there is none.
    ///   - auditLog: what the flag `--audit-log` says.
    /// - Throws: ``SettingsError``; ``ServerError`` when there is no store in it.
    init(flag: String?, mayBeNew: Bool = false, auditLog: String? = nil) async throws {
        let flags = [Setting.root: flag, .auditLog: auditLog].compactMapValues { $0 }
        let reader = try await SettingsReader(
            flags: flags, environment: ProcessInfo.processInfo.environment, file: nil)
        if mayBeNew {
            // Nobody but the account that serves it reads what is in a root.
            umask(0o077)
            self.init(unchecked: try reader.root())
        } else {
            try self.init(existing: try reader.root())
        }
        audit = try reader.audit()
    }

    /// Writes down what was done to the root while no server has it open. Blocks.
    /// - Throws: ``ServerError`` when it cannot.
    func note(_ event: AuditEvent) throws(ServerError) {
        guard let file = audit.file(in: root) else { return }
        do {
            try file.append(Array(event.line.utf8))
        } catch {
            throw ServerError(.unusableFile, "The audit log \(file.path) cannot be written: \(error).")
        }
    }

    /// Does `work` on the root when it is idle, else has the server do what it does for `method` and `path`.
    /// - Parameters:
    ///   - content: what is sent to the server along with it.
    ///   - timeout: how long the server may take. Seconds.
    /// - Throws: `StoreError`; ``ServerError`` when the server does not answer or refuses.
    func perform<Result: Codable & Sendable>(
        _ method: HTTPMethod = .GET, _ path: String, content: String? = nil, options: Store.Options = Store.Options(),
        timeout: Int64 = 60,
        work: @escaping @Sendable (Store) throws -> Result
    ) async throws -> Result {
        do {
            return try await NIOThreadPool.singleton.runIfActive { [root] in
                let logger = Logger(label: "larderd") { _ in SwiftLogNoOpLogHandler() }
                let store = try Store(opening: root, options: options, logger: logger)
                defer { store.close() }
                return try work(store)
            }
        } catch let error as StoreError where error.code == .rootInUse {
            return try await askServer(method, path, content, timeout: timeout, "\(error)")
        }
    }

    /// Has the server that has the root open do what it does for `path`, and nothing without one.
    /// - Throws: ``ServerError`` when there is none, or it does not answer, or refuses.
    func ask<Result: Codable>(_ path: String, timeout: Int64) async throws -> Result {
        try await askServer(.GET, path, nil, timeout: timeout, "No server that has \(root) open answers.")
    }

    /// - Parameter inUse: why it has to be asked, for people.
    private func askServer<Result: Codable>(
        _ method: HTTPMethod, _ path: String, _ content: String?, timeout: Int64, _ inUse: String
    ) async throws -> Result {
        guard let socket = AdminSocket(root: root),
            let url = URL(httpURLWithSocketPath: socket.path.string, uri: path)
        else {
            throw ServerError(.noAnswer, "\(inUse) Its path is too long for an admin socket, so it cannot be asked.")
        }
        do {
            var request = HTTPClientRequest(url: url.absoluteString)
            request.method = method
            if let content { request.body = .bytes(ByteBuffer(string: content)) }
            let (response, body) = try await Self.execute(request, timeout: .seconds(timeout))
            if response.status == .badRequest,
                let failure = try? JSONDocument.value(APIFailure.self, in: body.readableBytesView)
            {
                throw ServerError(.refused, failure.message)
            }
            guard response.status == .ok else {
                throw ServerError(.noAnswer, "it answered \(response.status): \(String(buffer: body))")
            }
            return try JSONDocument.value(Result.self, in: body.readableBytesView)
        } catch let error as ServerError where error.code == .refused {
            throw error
        } catch {
            let reason = (error as? IOError).map { Errno(rawValue: $0.errnoCode).description } ?? "\(error)"
            throw ServerError(.noAnswer, "\(inUse) It could not be asked through \(socket.path): \(reason)")
        }
    }

    /// The shared client gives up on a server that is silent for 90 seconds, which work to the end may well be.
    private static func execute(
        _ request: HTTPClientRequest, timeout: TimeAmount
    ) async throws -> (HTTPClientResponse, ByteBuffer) {
        var configuration = HTTPClient.Configuration(timeout: .init(connect: .seconds(10)))
        // A socket that is not there, or that nobody listens at, will not be a moment later.
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(configuration: configuration)
        do {
            let response = try await client.execute(request, timeout: timeout)
            let body = try await response.body.collect(upTo: 16 << 20, within: .nanoseconds(timeout.nanoseconds))
            try await client.shutdown()
            return (response, body)
        } catch {
            try? await client.shutdown()
            throw error
        }
    }
}

extension JSONEncoder {
    /// What commands print.
    static var report: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
