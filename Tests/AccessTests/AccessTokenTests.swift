import Access
import Chunking
import FoundationEssentials
import TestSupport
import Testing

@Suite("Tokens")
struct AccessTokenTests {
    @Test("A token is read as itself, one that was mistyped as none", arguments: seeds)
    func checksum(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let token = AccessToken(using: &random)
            let text = token.secretText
            #expect(text.utf8.count == 53 && text.hasPrefix("larder_"))
            let read = try #require(AccessToken(text))
            #expect(read == token && read.id == token.id && read.hash == token.hash && read.isIntact)
            let mutated = random.mutated(Array(text.utf8))
            guard mutated != Array(text.utf8), let other = String(validating: mutated, as: UTF8.self) else { continue }
            #expect(AccessToken(other)?.isIntact != true, "\(other)")
        }
        for text in ["", "larder_", "LARDER_" + String(repeating: "0", count: 46)] { #expect(AccessToken(text) == nil) }
    }

    @Test("What is printed of a token is no secret")
    func descriptions() {
        var random = SeededGenerator(seed: 1)
        let token = AccessToken(using: &random)
        var dumped = ""
        dump(token, to: &dumped)
        let secret = token.secretText.dropFirst(15).prefix(32)
        for text in ["\(token)", String(reflecting: token), dumped] { #expect(!text.contains(secret)) }
    }

    private func order(_ rights: Rights, name: String? = nil, scopes: [String] = ["main"]) throws -> TokenOrder {
        let grant = Grant(
            projects: try #require(NamePattern("shop")), rights: rights,
            scopes: try scopes.map { try #require(NamePattern($0)) })
        return TokenOrder(name: name, grants: [grant], lifetime: 60)
    }

    @Test("Only the token that was made is found; it ends when its time is over or it is revoked")
    func list() throws {
        var random = SeededGenerator(seed: 2)
        var list = TokenList()
        #expect(list.isEmpty)
        let (token, record) = try order(.read, name: "ci").token(at: 100, using: &random)
        try list.add(record)
        #expect(list.record(of: token) == record)
        #expect(list.record(of: AccessToken(using: &random)) == nil)
        #expect(record.isValid(at: 159) && !record.isValid(at: 160))
        // Another secret for the same id.
        let forged = TokenRecord(
            id: token.id, name: "x", hash: AccessToken(using: &random).hash, grants: [], created: 0, expires: nil)
        #expect(!forged.matches(token))
        let again = try order(.read, name: "ci").token(at: 100, using: &random).1
        #expect(throws: TokenList.Refusal.self) { try list.add(again) }
        #expect(try list.revoke("ci", at: 120).map(\.id) == [token.id])
        #expect(list.record(of: token)?.isValid(at: 121) == false)
        #expect(throws: TokenList.Refusal.self) { try list.revoke("ci", at: 122) }
        try list.add(again)
        #expect(!list.isEmpty)
    }

    @Test("A list is read as it was written, and has no token in it")
    func coding() throws {
        var random = SeededGenerator(seed: 3)
        var list = TokenList()
        var tokens: [AccessToken] = []
        for count in 0..<20 {
            var order = try order([.read, .write], name: "t\(count)", scopes: ["main", "feature/*"])
            order.grants[0].readScopes = [.anything]
            if count % 2 == 0 { order.grants[0].tags = .matching([try #require(TagPattern("shop/*:v*"))]) }
            let (token, record) = try order.token(at: 1, using: &random)
            try list.add(record)
            tokens.append(token)
        }
        let bytes = try JSONEncoder().encode(list)
        #expect(try JSONDecoder().decode(TokenList.self, from: bytes) == list)
        for token in tokens {
            #expect(!String(decoding: bytes, as: UTF8.self).contains(token.secretText.dropFirst(15).prefix(32)))
        }
    }

    @Test("A pattern that means a star itself is not written as one that means anything")
    func literalStar() {
        let grant = Grant(projects: .anything, rights: .write, scopes: [NamePattern(only: "feature/*")])
        #expect(throws: EncodingError.self) { try JSONEncoder().encode(grant) }
    }

    @Test("A token that could write nothing is not made")
    func useless() throws {
        var random = SeededGenerator(seed: 4)
        for rights in [Rights.write, .delete, [.read, .write]] {
            let order = try order(rights, scopes: [])
            #expect(throws: TokenList.Refusal.self) { try order.token(at: 0, using: &random) }
        }
        for name in ["", "a\nb", String(repeating: "a", count: 101)] {
            let order = try order(.read, name: name)
            #expect(throws: TokenList.Refusal.self) { try order.token(at: 0, using: &random) }
        }
        #expect(try order(.admin, scopes: []).token(at: 0, using: &random).1.name.hasPrefix("shop-"))
    }
}
