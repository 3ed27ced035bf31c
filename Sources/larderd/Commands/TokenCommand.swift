import ArgumentParser

/// `larderd token`: tokens with which builds and registry clients say who they are.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make, list and revoke tokens.",
        discussion: """
            With the first token, a server that was open to everybody on its machine is closed to whoever shows none.

            EXAMPLES:
              larderd token create --root /var/lib/larder --project shop --scope main --allow read,write
              larderd token list --root /var/lib/larder
              larderd token revoke --root /var/lib/larder ci-main
            """,
        subcommands: [TokenCreateCommand.self, TokenListCommand.self, TokenRevokeCommand.self])
}
