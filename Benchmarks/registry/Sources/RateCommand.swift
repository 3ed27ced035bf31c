import ArgumentParser
import Glibc
import NIOCore
import NIOPosix
import Synchronization
import SystemPackage

/// Asks for one path as fast as it is answered, with a token or without, and says how often that was.
struct RateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rate", abstract: "Asks for one path as fast as it is answered.",
        discussion: """
            Prints how many requests were answered in a second, and how many failed. With a token file, each request shows \
            its token: what who may do what costs is the difference.

            Example: registry-bench rate --port 7070 --path /v2/bench/sample/manifests/1 --token-file /run/token
            """)

    @Option(help: "The port on 127.0.0.1.")
    var port: UInt16

    @Option(help: "What to ask for.")
    var path: String

    @Option(help: "GET or HEAD.")
    var method = "HEAD"

    @Option(help: "How many connections there are.")
    var connections = 32

    @Option(help: "For how long, in seconds; the first is not counted.")
    var seconds = 8.0

    @Option(help: "A file with the token to show.")
    var tokenFile: String?

    @Flag(help: "Show the token as docker does: as the password of a user.")
    var basic = false

    func validate() throws {
        guard (1...1024).contains(connections) else { throw ValidationError("Give 1 to 1024 connections.") }
        guard seconds > 1, seconds <= 600 else { throw ValidationError("Give more than 1 and at most 600 seconds.") }
        guard method == "GET" || method == "HEAD" else { throw ValidationError("Give GET or HEAD as the method.") }
    }

    func run() throws {
        let request = try request()
        let threads = NIOThreadPool(numberOfThreads: connections)
        threads.start()
        let total = Mutex((answered: 0, failed: 0))
        let start = PacedClock.now
        let futures = (0..<connections).map { _ in
            threads.runIfActive(eventLoop: MultiThreadedEventLoopGroup.singleton.any()) {
                let counts = try self.counts(request, from: start)
                total.withLock { $0 = ($0.answered + counts.answered, $0.failed + counts.failed) }
            }
        }
        for future in futures { try future.wait() }
        try threads.syncShutdownGracefully()
        let counts = total.withLock { $0 }
        print("rate \(Int(Double(counts.answered) / (seconds - 1)))")
        print("failed \(counts.failed)")
    }

    private func request() throws -> String {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"
        if let tokenFile {
            let file = try FileDescriptor.open(FilePath(tokenFile), .readOnly)
            defer { try? file.close() }
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = try unsafe bytes.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
            let token = String(decoding: bytes[..<count], as: UTF8.self).filter { !$0.isWhitespace }
            head += "Authorization: " + (basic ? "Basic \(Self.base64("bench:\(token)"))" : "Bearer \(token)") + "\r\n"
        }
        return head + "Accept: application/vnd.oci.image.manifest.v1+json, */*\r\n\r\n"
    }

    private static func base64(_ text: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        let bytes = Array(text.utf8)
        return stride(from: 0, to: bytes.count, by: 3).map { start in
            let part = bytes[start..<min(start + 3, bytes.count)]
            let word = part.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - part.count))
            let digits = (0...part.count).map { alphabet[word >> (18 - 6 * $0) & 63] }
            return String(digits) + String(repeating: "=", count: 3 - part.count)
        }.joined()
    }

    /// What one connection gets done.
    private func counts(_ request: String, from start: Int64) throws -> (answered: Int, failed: Int) {
        var connection = try PlainConnection(port: port, request: request, hasBody: method == "GET")
        var counts = (answered: 0, failed: 0)
        while true {
            let status = try connection.ask()
            let now = PacedClock.now - start
            if Double(now) > seconds * 1e9 { return counts }
            guard now >= 1_000_000_000 else { continue }
            counts.answered += 1
            if status != 200 { counts.failed += 1 }
        }
    }
}
