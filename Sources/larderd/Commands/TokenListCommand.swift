import Access
import ArgumentParser
import FoundationEssentials
import NIOHTTP1

/// `larderd token list`: all tokens that there ever were.
struct TokenListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List all tokens, those that hold no longer included.",
        discussion: """
            LAST USED is a day in UTC, and may be a minute late.

            EXAMPLES:
              larderd token list --root /var/lib/larder
              larderd token list --root /var/lib/larder --json
            """)

    @Option(help: SettingFlags.help(.root)) var root: String?
    @Flag(help: "Print one JSON object for each token, one a line; times in seconds since 1970.") var json = false

    func run() async throws {
        let access = try await RootAccess(flag: root)
        let directory = access.root
        let tokens: [ListedToken] = try await access.perform(.GET, TokenRoutes.Path.tokens) { _ in
            try TokenBook(of: directory).listed
        }
        let table = TokenTable(tokens, at: Int64(clamping: WallClock.seconds))
        print(json ? try table.json() : table.text)
    }
}
