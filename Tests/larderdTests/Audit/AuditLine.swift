import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

@testable import larderd

/// A line of an audit log as somebody reads it.
struct AuditLine: Decodable, Hashable {
    var action: String
    var outcome: String
    var status: Int?
    var identity: String?
    var client: String?
    var project: String?
    var scope: String?
    var repository: String?
    var reference: String?
    var tags: [String]?
    var count: Int?
    var request: String?

    /// Reads a file; none when there is no file.
    static func read(_ path: FilePath) throws -> [AuditLine] {
        guard let data = try? Data(contentsOf: URL(filePath: path.string)) else { return [] }
        return try data.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(AuditLine.self, from: $0) }
    }

    /// Reads the log of a server when it has `count` lines: they are written in the background.
    static func read(of settings: Settings, count: Int) async throws -> [AuditLine] {
        var lines: [AuditLine] = []
        _ = try await eventually {
            lines = try read(settings.root.appending("audit.log"))
            return lines.count >= count
        }
        return lines
    }
}
