import FoundationEssentials
import NIOHTTP1
import SystemPackage
import TestSupport
import Testing

@testable import larderd

/// `larderd token` on a root that nobody has open, and on one that a server serves.
@Suite("Token commands")
struct TokenCommandTests {
    private func larderd(_ words: String, _ root: FilePath) throws -> String {
        let program = ServerProcess.executables.appending("larderd")
        return String(decoding: try shell("'\(program)' token \(words) --root '\(root)'"), as: UTF8.self)
    }

    @Test("What they do is audited, and when a token was used last is listed, with a server and without")
    func wholeWay() async throws {
        try await withTemporaryDirectory { directory in
            var settings = Settings(root: directory.appending("root"), port: 0)
            settings.storeThreads = 4
            let root = settings.root
            let made = try larderd("create --project shop --allow read --name ci", root)
            let token = String(made.split(separator: "\n").last ?? "")
            #expect(try larderd("list", root).contains("never"))
            try await LarderServer.withRunning(settings, logger: .silent) { port in
                let client = TestClient(port: port)
                let header: HTTPHeaders = ["authorization": "Bearer \(token)"]
                #expect(try await client.send(.GET, "/v2/", headers: header).status == 200)
                let listed = try larderd("list --json", root)
                #expect(listed.contains("\"lastUsed\":\(Self.today)"), "\(listed)")
                _ = try larderd("create --project shop --allow read --name other", root)
            }
            // It is still known after a stop.
            #expect(try larderd("list --json", root).contains("\"lastUsed\":\(Self.today)"))
            let elsewhere = directory.appending("other.log")
            _ = try larderd("revoke ci", root)
            _ = try larderd("revoke other --audit-log '\(elsewhere)'", root)
            let lines = try AuditLine.read(root.appending("audit.log"))
                .filter { $0.action.hasPrefix("token.") }
            #expect(lines.map(\.action) == ["token.create", "token.create", "token.revoke"])
            #expect(lines.map(\.reference) == ["ci", "other", "ci"])
            #expect(lines.allSatisfy { $0.identity == "command" && $0.outcome == "done" })
            #expect(try AuditLine.read(elsewhere).map(\.reference) == ["other"])
            for path in ["audit.log", "tokens.json", "token-use.json"] {
                let data = try Data(contentsOf: URL(filePath: root.appending(path).string))
                #expect(!String(decoding: data, as: UTF8.self).contains(token.dropFirst(15)), "\(path)")
            }
        }
    }

    @Test("A token of which nobody could read later is not made")
    func auditFails() async throws {
        try await withTemporaryDirectory { directory async throws in
            let root = directory.appending("root")
            #expect(throws: ShellError.self) {
                try larderd(
                    "create --project shop --allow read --audit-log '\(directory)/none/a.log' 2>/dev/null", root)
            }
            #expect(try larderd("list", root).contains("revoked"))
        }
    }

    private static var today: Int64 {
        let now = Int64(Date().timeIntervalSince1970)
        return now - now % 86_400
    }
}
