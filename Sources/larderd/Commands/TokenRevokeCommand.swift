import Access
import ArgumentParser
import NIOHTTP1

/// `larderd token revoke`: ends a token.
struct TokenRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Revoke a token; a server that has the root open refuses it from then on.",
        discussion: """
            A server stays closed to whoever shows no token, even when all are revoked.

            EXAMPLES:
              larderd token revoke --root /var/lib/larder ci-main
            """)

    @Option(help: SettingFlags.help(.root)) var root: String?
    @Option(help: SettingFlags.help(.auditLog)) var auditLog: String?
    @Argument(help: ArgumentHelp("The token's name or id, as `larderd token list` shows them.", valueName: "NAME|ID"))
    var token: String

    func run() async throws {
        let access = try await RootAccess(flag: root, auditLog: auditLog)
        let token = token
        let revoked: [TokenRecord] = try await access.perform(.POST, TokenRoutes.Path.revoke, content: token) { _ in
            let revoked = try TokenBook(of: access.root).revoke(token)
            for record in revoked { try access.note(AuditEvent(.revokeToken, record)) }
            return revoked
        }
        for record in revoked { print("Revoked \(record.name) (\(record.id)).") }
    }
}
