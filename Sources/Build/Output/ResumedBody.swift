internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import Networking
internal import OCI

/// The body of a GET on the server, which is asked for again from where it broke off.
struct ResumedBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    private let path: String
    private let server: ServerConnection

    init(_ path: String, on server: ServerConnection) {
        self.path = path
        self.server = server
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(path: path, server: server) }

    struct AsyncIterator: AsyncIteratorProtocol {
        private let path: String
        private let server: ServerConnection
        private var body: HTTPClientResponse.Body.AsyncIterator?
        /// How many bytes have come.
        private var offset = 0
        /// As of when it was asked for last.
        private var start = 0
        private var retries: Retries

        init(path: String, server: ServerConnection) {
            self.path = path
            self.server = server
            retries = server.retries()
        }

        /// - Throws: `server` when the server breaks off again and again, or sends something else.
        @concurrent mutating func next() async throws -> ByteBuffer? {
            while true {
                if body == nil {
                    start = offset
                    body = try await ask()
                }
                do {
                    guard let part = try await body?.next() else { return nil }
                    offset += part.readableBytes
                    server.traffic.countDown(part.readableBytes)
                    return part
                } catch {
                    let broken = BrokenAnswer(error)
                    let failure = BuildError(
                        .server, "The server broke off: \(ServerConnection.reason(error)).", cause: broken)
                    // One that always takes too long is not waited for again and again because a little has come.
                    if offset > start, !broken.isSlow { retries.restart() }
                    guard await retries.waits(after: failure) else { throw failure }
                    body = nil
                }
            }
        }

        @concurrent private func ask() async throws -> HTTPClientResponse.Body.AsyncIterator {
            let answer = try await server.send(
                .GET, path, accepting: [MediaType.octetStream], from: offset, within: .hours(12))
            guard offset == 0 || answer.status == .partialContent else {
                throw BuildError(.server, "The server broke off and does not go on from there.")
            }
            return answer.body.makeAsyncIterator()
        }
    }
}
