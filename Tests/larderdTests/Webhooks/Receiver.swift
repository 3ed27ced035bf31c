import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import OCI
import Synchronization
import SystemPackage
import TestSupport

@testable import larderd

/// What a webhook tells, on this machine: answers as it is told to, and remembers everything.
final class Receiver: Sendable {
    /// A request that came.
    struct Message: Sendable {
        let id: String
        let timestamp: String
        let signature: String
        let contentType: String
        let body: [UInt8]
        let event: JSONValue

        var type: String { event["type"].string }
    }

    /// How to answer.
    struct Answer: Sendable {
        var status: HTTPResponse.Status = .noContent
        var headers: HTTPFields = [:]
        var pause = Duration.zero
    }

    private struct State {
        var messages: [Message] = []
        var answers: [Answer] = []
        var fallback = Answer()
    }

    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private let state = Mutex(State())

    /// Everything that came, answered or not.
    var messages: [Message] { state.withLock { $0.messages } }

    /// Answers so next, one after the other, and then with `fallback`.
    func answer(_ answers: [Answer], then fallback: Answer = Answer()) {
        state.withLock { ($0.answers, $0.fallback) = (answers, fallback) }
    }

    /// Waits until so many have come.
    func wait(for count: Int) async throws -> [Message] {
        guard try await eventually({ messages.count >= count }) else { throw TooFew(count: messages.count) }
        return messages
    }

    struct TooFew: Error {
        let count: Int
    }

    /// Lends its port.
    func run(_ body: @Sendable (_ port: Int) async throws -> Void) async throws {
        let router = Router()
        router.on("/**", method: .post) { request, _ in
            let bytes = [UInt8](buffer: try await request.body.collect(upTo: 1 << 20))
            func header(_ name: String) -> String { HTTPField.Name(name).flatMap { request.headers[$0] } ?? "" }
            let message = Message(
                id: header("webhook-id"), timestamp: header("webhook-timestamp"),
                signature: header("webhook-signature"), contentType: header("content-type"), body: bytes,
                event: try JSONDecoder().decode(JSONValue.self, from: Data(bytes)))
            let answer = self.state.withLock { state in
                state.messages.append(message)
                return state.answers.isEmpty ? state.fallback : state.answers.removeFirst()
            }
            try await Task.sleep(for: answer.pause)
            return Response(status: answer.status, headers: answer.headers)
        }
        try await TestServer.run(router, body)
    }

    /// Writes a file of settings with one webhook called `deploy`.
    static func write(
        _ directory: FilePath, port: Int, path: String = "/hook", more: String = ""
    ) throws -> FilePath {
        let secret = directory.appending("secret")
        try Data("\(secretText)\n".utf8).write(to: URL(filePath: secret.string))
        let file = directory.appending("webhooks.json")
        let text = """
            {"webhooks": {"deploy": {
              "url": "http://127.0.0.1:\(port)\(path)", "secret-file": "\(secret)"\(more)
            }}}
            """
        try Data(text.utf8).write(to: URL(filePath: file.string))
        return file
    }

    private static var secretText: String { secret }
}
