import Access
import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

@testable import larderd

@Suite("The file with the tokens")
struct TokenFileTests {
    private let order = TokenOrder(name: "ci", grants: [.readingEverything], lifetime: nil)

    @Test("A token is there after a start, revoked ones included; the file is its owner's, and has no secret")
    func persistence() async throws {
        try await withTemporaryDirectory { root in
            let book = try TokenBook(of: root)
            #expect(book.isEmpty)
            let made = try book.make(order)
            let token = try #require(AccessToken(made.token))
            #expect(try TokenBook(of: root).record(of: token) == made.record)
            _ = try book.revoke("ci")
            let after = try TokenBook(of: root)
            #expect(!after.isEmpty)
            #expect(after.record(of: token)?.revoked != nil)
            let path = root.appending("tokens.json").string
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
            #expect(!text.contains(made.token.dropFirst(15)))
        }
    }

    @Test("A file that cannot be read keeps the server from starting, which would be open otherwise")
    func damaged() async throws {
        try await withTemporaryDirectory { root in
            let path = root.appending("tokens.json").string
            for text in ["", "{", "{}", "[]", #"{"version":2,"tokens":[]}"#] {
                try Data(text.utf8).write(to: URL(filePath: path))
                let error = #expect(throws: ServerError.self) { try TokenBook(of: root) }
                #expect(error?.code == .tokensUnusable, "\(text)")
            }
        }
    }

    @Test("A copy of a root has its tokens")
    func copying() async throws {
        try await withTemporaryDirectory { root in
            let book = try TokenBook(of: root)
            try book.copy(to: root.appending("nowhere"))
            let made = try book.make(order)
            let copy = root.appending("copy")
            try FileManager.default.createDirectory(atPath: copy.string, withIntermediateDirectories: false)
            try book.copy(to: copy)
            #expect(try TokenBook(of: copy).all == [made.record])
        }
    }

    @Test("When a token was used is kept by the day, and written when there is something new")
    func use() async throws {
        try await withTemporaryDirectory { root in
            let use = TokenUseFile(in: root)
            let path = root.appending("token-use.json").string
            try use.write()
            #expect(!FileManager.default.fileExists(atPath: path))
            use.note("a", at: 1_700_000_000)
            try use.write()
            #expect(use.lastUse(of: "a") == 1_699_920_000 && use.lastUse(of: "b") == nil)
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            // However often it is used on a day, nothing is written again.
            try FileManager.default.removeItem(atPath: path)
            for second in 1...1000 { use.note("a", at: 1_700_000_000 + Int64(second)) }
            try use.write()
            #expect(!FileManager.default.fileExists(atPath: path))
            use.note("a", at: 1_700_086_400)
            try use.write()
            #expect(TokenUseFile(in: root).lastUse(of: "a") == 1_700_006_400)
            // What is damaged says nothing, and decides nothing.
            try Data("{".utf8).write(to: URL(filePath: path))
            #expect(TokenUseFile(in: root).lastUse(of: "a") == nil)
        }
    }

    @Test("Where everybody may do everything there are no tokens that hold, and none is made")
    func openServers() async throws {
        try await withTemporaryDirectory { root in
            let book = try TokenBook(of: root, isOpen: true)
            #expect(throws: TokenList.Refusal.self) { try book.make(order) }
            let closed = try TokenBook(of: root)
            _ = try closed.make(order)
            let error = #expect(throws: ServerError.self) { try TokenBook(of: root, isOpen: true) }
            #expect(error.map { "\($0)" }?.contains("--anonymous all") == true)
            _ = try closed.revoke("ci")
            _ = try TokenBook(of: root, isOpen: true)
        }
    }
}
