import Access
import FoundationEssentials
import OCI
import SystemPackage

/// The file of a root that has its tokens' records: small, for its owner alone, and always whole. All calls block.
struct TokenFile: Sendable {
    /// Where it is.
    let path: FilePath

    /// That of `root`.
    init(in root: FilePath) {
        path = root.appending("tokens.json")
    }

    /// What it has; nothing when there is no such file.
    /// - Throws: ``ServerError`` `tokensUnusable`: a server that does not know its tokens must not take everybody for
    ///   welcome.
    func read() throws(ServerError) -> TokenList {
        do {
            return try JSONDocument.value(TokenList.self, in: try Data(contentsOf: URL(filePath: path.string)))
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            return TokenList()
        } catch let error as CocoaError {
            throw ServerError(.tokensUnusable, "The tokens in \(path) cannot be read: \(error).")
        } catch {
            throw ServerError(
                .tokensUnusable,
                "\(path) is no list of tokens; restore it from a backup, or remove it, which revokes all tokens.")
        }
    }

    /// Puts `list` in its place. It is on disk afterwards.
    /// - Throws: ``ServerError`` `tokensUnusable`.
    func write(_ list: TokenList) throws(ServerError) {
        do {
            let bytes = [UInt8](try JSONEncoder.report.encode(list)) + [UInt8(ascii: "\n")]
            try RootDisk.system.replace(path, with: bytes)
        } catch {
            throw ServerError(.tokensUnusable, "The tokens cannot be written to \(path): \(error).")
        }
    }
}
