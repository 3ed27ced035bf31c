import AsyncHTTPClient
import ChunkStore
import FoundationEssentials
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import SystemPackage

/// Asks about a root: itself when nobody has it open, else through the server that has.
struct RootInspector: Sendable {
    /// The root.
    let root: FilePath

    /// What the root holds.
    /// - Throws: `StoreError`; ``ServerError`` when there is no store or the server does not answer.
    func statistics() async throws -> Statistics {
        var isDirectory = false
        guard FileManager.default.fileExists(atPath: root.string, isDirectory: &isDirectory), isDirectory else {
            throw ServerError(.noStore, "There is no store at \(root); give the --root that larderd serves.")
        }
        do {
            return try await NIOThreadPool.singleton.runIfActive { [root] in
                let store = try Store(opening: root, logger: Logger(label: "larderd") { _ in SwiftLogNoOpLogHandler() })
                defer { store.close() }
                return try store.statistics()
            }
        } catch let error as StoreError where error.code == .rootInUse {
            return try await askServer(error)
        }
    }

    private func askServer(_ inUse: StoreError) async throws -> Statistics {
        guard let socket = AdminSocket(root: root),
            let url = URL(httpURLWithSocketPath: socket.path.string, uri: "/stats")
        else {
            throw ServerError(.noAnswer, "\(inUse) Its path is too long for an admin socket, so it cannot be asked.")
        }
        do {
            let request = HTTPClientRequest(url: url.absoluteString)
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
            let body = try await response.body.collect(upTo: 1 << 20)
            guard response.status == .ok else {
                throw ServerError(.noAnswer, "it answered \(response.status): \(String(buffer: body))")
            }
            return try JSONDecoder().decode(Statistics.self, from: Data(body.readableBytesView))
        } catch {
            throw ServerError(.noAnswer, "\(inUse) It could not be asked through \(socket.path): \(error)")
        }
    }
}
