import FoundationEssentials
import Logging
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import larderd

@Suite("Files of the audit log")
struct AuditFileTests {
    private func line(_ number: Int) -> String {
        var event = AuditEvent(.evict)
        event.count = number
        return event.line
    }

    @Test("are begun anew when they are long, and the oldest goes")
    func rotation() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("audit.log")
            let length = UInt64(line(10).utf8.count)
            let file = AuditFile(path: path, sizeMaximum: 2 * length, countMaximum: 3)
            for number in 10..<19 { try file.append(Array(line(number).utf8)) }
            func counts(_ suffix: String) throws -> [Int?] {
                try AuditLine.read(FilePath(path.string + suffix)).map(\.count)
            }
            #expect(try counts("") == [18])
            #expect(try counts(".1") == [16, 17])
            #expect(try counts(".2") == [14, 15])
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.string).count == 3)
            let mode = try FileManager.default.attributesOfItem(atPath: path.string)[.posixPermissions]
            #expect("\(try #require(mode))" == "\(0o600)")
        }
    }

    @Test("go on behind a line that was cut off")
    func tornLine() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("audit.log")
            try Data("{\"time\":\"20".utf8).write(to: URL(filePath: path.string))
            let file = AuditFile(path: path, sizeMaximum: 1 << 20, countMaximum: 2)
            try file.append(Array(line(3).utf8))
            let text = try String(contentsOf: URL(filePath: path.string), encoding: .utf8)
            #expect(text.split(separator: "\n").count == 2 && text.hasSuffix(line(3).suffix(20)))
        }
    }

    @Test("that cannot be written cost lines, which are counted, and nothing else")
    func diskProblem() async throws {
        try await withTemporaryDirectory { directory in
            let messages = LogMessages()
            let place = directory.appending("there")
            let file = AuditFile(path: place.appending("audit.log"), sizeMaximum: 1 << 20, countMaximum: 2)
            let log = AuditLog(file, logger: messages.logger)
            log.note(AuditEvent(.evict))
            while log.lost == 0 { try await Task.sleep(for: .milliseconds(5)) }
            #expect(messages.all.contains { $0.hasPrefix("error AUDIT LOG CANNOT BE WRITTEN") })
            try FileManager.default.createDirectory(atPath: place.string, withIntermediateDirectories: false)
            log.note(AuditEvent(.createToken))
            await log.close()
            let lines = try AuditLine.read(file.path)
            #expect(lines.map(\.action) == ["token.create", "audit.lost"] && lines.last?.count == 1)
            #expect(log.lost == 1)
        }
    }
}

/// What was logged, for tests to look at.
final class LogMessages: Sendable {
    private let messages = Mutex<[String]>([])

    /// Level, message and values of all that was logged.
    var all: [String] { messages.withLock { $0 } }

    /// A logger that keeps everything.
    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(messages: self) }
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let messages: LogMessages
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let values = metadata.merging(event.metadata ?? [:]) { $1 }
            let error = event.error.map { "\($0)" } ?? ""
            messages.messages.withLock { $0.append("\(event.level) \(event.message) \(values) \(error)") }
        }
    }
}
