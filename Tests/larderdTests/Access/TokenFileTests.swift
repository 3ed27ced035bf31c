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
}
