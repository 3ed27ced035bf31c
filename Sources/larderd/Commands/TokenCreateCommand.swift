import Access
import ArgumentParser
import FoundationEssentials
import NIOHTTP1
import SystemPackage

/// `larderd token create`: makes a token.
struct TokenCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a token; it is printed once, alone on the last line.",
        discussion: """
            Only a hash of it is kept. A server that has the root open knows it at once. Builds take it from LARDER_TOKEN \
            or LARDER_TOKEN_FILE, registry clients as the password of any user (docker login).

            EXAMPLES:
              larderd token create --root /var/lib/larder --project shop --scope main --allow read,write
              larderd token create --root /var/lib/larder --project shop --scope 'feature/*' --allow read,write \\
                                   --tags 'shop/*:pr-*' --expires 7d --name ci-branches
              larderd token create --root /var/lib/larder --project '*' --allow read --expires never --name pulls
            """)

    @Option(help: SettingFlags.help(.root)) var root: String?
    @Option(
        help: ArgumentHelp(
            "A project that it is for, as in shop or team-*; '*' for all; may be repeated.", valueName: "PATTERN"))
    var project: [String]
    @Option(help: ArgumentHelp("What it allows: read, write, delete, admin; default: read.", valueName: "RIGHT,…"))
    var allow = "read"
    @Option(
        help: ArgumentHelp(
            "A scope that it writes and reads, as in main or 'feature/*'; may be repeated.", valueName: "PATTERN"))
    var scope: [String] = []
    @Option(
        help: ArgumentHelp(
            "A scope that it reads besides those and the default scope; may be repeated.", valueName: "PATTERN"))
    var readScope: [String] = []
    @Option(
        help: ArgumentHelp(
            """
            The tags that it writes, as in v* or shop/*:v*; default: any when it writes the default scope, else those \
            that carry the scope's name.
            """, valueName: "PATTERN,…"))
    var tags: [String] = []
    @Option(help: ArgumentHelp("How long it holds, as in 90d, or never; default: 90d.", valueName: "DURATION"))
    var expires = "90d"
    @Option(help: SettingFlags.help(.auditLog)) var auditLog: String?
    @Option(help: ArgumentHelp("What it is called; default: the project and the token's id.", valueName: "NAME"))
    var name: String?

    func run() async throws {
        let order = try order()
        let access = try await RootAccess(flag: root, mayBeNew: true, auditLog: auditLog)
        let content = String(decoding: try JSONEncoder.report.encode(order), as: UTF8.self)
        let made: MadeToken = try await access.perform(.POST, TokenRoutes.Path.tokens, content: content) { _ in
            let book = try TokenBook(of: access.root)
            let made = try book.make(order)
            do {
                try access.note(AuditEvent(.createToken, made.record))
            } catch {
                // What nobody can read about later is not there.
                _ = try book.revoke(made.record.id)
                throw error
            }
            return made
        }
        print(
            TokenTable([ListedToken(record: made.record, lastUsed: nil)], at: Int64(clamping: WallClock.seconds)).text)
        print(made.token)
    }

    private func order() throws -> TokenOrder {
        guard let rights = Rights(allow) else {
            throw ValidationError("--allow is '\(allow)'; valid is read, write, delete or admin, with commas between.")
        }
        let scopes = try scope.map { try Self.pattern($0, "--scope", NamePattern($0)) }
        let readScopes = try readScope.map { try Self.pattern($0, "--read-scope", NamePattern($0)) }
        let patterns = try tags.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
            .map { try Self.pattern(String($0), "--tags", TagPattern($0)) }
        let grants = try project.map { text in
            Grant(
                projects: try Self.pattern(text, "--project", NamePattern(text)), rights: rights, scopes: scopes,
                readScopes: readScopes, tags: patterns.isEmpty ? .ofScopes : .matching(patterns))
        }
        guard expires != "never" else { return TokenOrder(name: name, grants: grants, lifetime: nil) }
        guard let lifetime = TimeSpan.parse(expires), lifetime > 0 else {
            throw ValidationError("--expires is '\(expires)'; valid is a time, as in 90d or 12h, or never.")
        }
        return TokenOrder(name: name, grants: grants, lifetime: Int64(clamping: lifetime))
    }

    private static func pattern<Value>(_ text: String, _ flag: String, _ value: Value?) throws -> Value {
        if let value { return value }
        throw ValidationError("\(flag): '\(text)' is no pattern; give a name, in which '*' stands for anything.")
    }
}
