import Access
import Synchronization
import SystemPackage

/// The tokens of a root that is open: kept in memory for every request, and in their file for the next start.
final class TokenBook: Sendable {
    /// What requests look at.
    private let list: Mutex<TokenList>
    /// Held while the file is written, for which no request waits.
    private let file: Mutex<TokenFile>
    /// When they were used.
    let use: TokenUseFile
    /// Whether everybody may do everything anyway.
    private let isOpen: Bool

    /// The tokens of `root`, which must be this process's. Blocks.
    /// - Parameter isOpen: whether everybody may do everything, as the settings have it; tokens would mean nothing.
    /// - Throws: ``ServerError`` `tokensUnusable`, also when there are some that mean nothing.
    init(of root: FilePath, isOpen: Bool = false) throws(ServerError) {
        let file = TokenFile(in: root)
        let tokens = try file.read()
        let now = Int64(clamping: WallClock.seconds)
        if isOpen, let token = tokens.all.first(where: { $0.isValid(at: now) }) {
            throw ServerError(
                .tokensUnusable,
                """
                \(Setting.anonymous.flag) all lets everybody do everything, but there are tokens, as \(token.name), which \
                would mean nothing: leave it out, or revoke them with `larderd token revoke`.
                """)
        }
        list = Mutex(tokens)
        self.file = Mutex(file)
        use = TokenUseFile(in: root)
        self.isOpen = isOpen
    }

    /// Whether there never was a token.
    var isEmpty: Bool { list.withLock { $0.isEmpty } }

    /// All of them, the oldest first.
    var all: [TokenRecord] { list.withLock { $0.all } }

    /// The same with when they were used last.
    var listed: [ListedToken] { all.map { ListedToken(record: $0, lastUsed: use.lastUse(of: $0.id)) } }

    /// The record of a token that was not revoked and may have expired; `nil` when there is none.
    func record(of token: AccessToken) -> TokenRecord? { list.withLock { $0.record(of: token) } }

    /// The record of the token with an id; `nil` when there is none.
    func record(id: String) -> TokenRecord? { list.withLock { $0.record(id: id) } }

    /// Makes a token, which holds from now on. Blocks.
    /// - Throws: `TokenList.Refusal`; ``ServerError`` `tokensUnusable`.
    func make(_ order: TokenOrder) throws -> MadeToken {
        guard !isOpen else {
            throw TokenList.Refusal(
                description:
                    "This server lets everybody do everything (\(Setting.anonymous.flag) all), so a token would "
                    + "mean nothing; start it without that first.")
        }
        var random = SystemRandomNumberGenerator()
        let (token, record) = try order.token(at: now, using: &random)
        try change { list throws(TokenList.Refusal) in try list.add(record) }
        return MadeToken(token: token.secretText, record: record)
    }

    /// Writes the tokens, if there ever were any, into another root: without them a copy would be open. Blocks.
    /// - Throws: ``ServerError`` `tokensUnusable`.
    func copy(to root: FilePath) throws(ServerError) {
        let list = list.withLock { $0 }
        if !list.isEmpty { try TokenFile(in: root).write(list) }
    }

    /// Revokes tokens by name or id, from now on. Blocks.
    /// - Throws: `TokenList.Refusal`; ``ServerError`` `tokensUnusable`.
    func revoke(_ text: String) throws -> [TokenRecord] {
        try change { list throws(TokenList.Refusal) in try list.revoke(text, at: now) }
    }

    private var now: Int64 { Int64(clamping: WallClock.seconds) }

    /// What is not in the file does not hold: the file comes first.
    private func change<Result: Sendable>(_ body: (inout TokenList) throws(TokenList.Refusal) -> Result) throws
        -> Result
    {
        try file.withLock { file in
            var changed = list.withLock { $0 }
            let result = try body(&changed)
            try file.write(changed)
            list.withLock { $0 = changed }
            return result
        }
    }
}

/// A token as it is listed.
struct ListedToken: Codable, Sendable {
    /// What is kept of it.
    let record: TokenRecord
    /// The day on which somebody used it last, in UTC: when it began, in seconds since 1970. `nil` for never.
    let lastUsed: Int64?
}

/// A token that was just made. Secret: only whoever ordered it sees it.
struct MadeToken: Codable, Sendable {
    /// The token itself.
    let token: String
    /// What is kept of it.
    let record: TokenRecord
}
