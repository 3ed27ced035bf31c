import Access
import Testing

@testable import larderd

@Suite("Files of passwords")
struct PasswordTests {
    private static let alice = "alice:$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"
    private static let bob = "bob:$2b$05$ABCDEFGHIJKLMNOPQRSTUuj20kC6FfG9.aRf4pu3I1jzwT38bH3CC"

    @Test("Lines as htpasswd -B writes them are read, and passwords checked")
    func passwords() throws {
        let file = try PasswordFile("# people\n\(Self.alice)\r\n\n\(Self.bob)\n")
        #expect(file.users == ["alice", "bob"])
        #expect(file.accepts("secret", of: "alice"))
        #expect(file.accepts("wachtwoord", of: "bob"))
        #expect(!file.accepts("wachtwoord", of: "alice"))
        #expect(!file.accepts("secret", of: "carol"))
        #expect(!file.accepts("", of: "alice"))
        #expect(!file.accepts("secret\0x", of: "alice"))
        #expect(!file.accepts(String(repeating: "x", count: 1000), of: "alice"))
    }

    @Test(
        "Other hashes and broken lines are refused with their line",
        arguments: [
            "alice", ":$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW", "alice:secret", "alice:$apr1$x$y",
            "alice:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=",
            "alice:$2y$31$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW", "alice:$2y$04$short",
            "alice:$2x$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW",
        ])
    func refusals(line: String) {
        do {
            _ = try PasswordFile("\(Self.bob)\n\(line)\n")
            Issue.record("taken")
        } catch {
            #expect(error.line == 2, "\(error)")
            #expect(!error.message.contains("secret"))
        }
    }

    @Test("A user who is there twice is refused")
    func twice() {
        #expect(throws: AccessError.self) { try PasswordFile("\(Self.bob)\n\(Self.bob)\n") }
    }

    @Test("What was right is remembered until the file changes")
    func memory() async throws {
        let checker = PasswordChecker(try PasswordFile(Self.alice))
        #expect(try await checker.accepts("secret", of: "alice"))
        #expect(try await checker.accepts("secret", of: "alice"))
        #expect(try await !checker.accepts("secret!", of: "alice"))
        checker.replace(try PasswordFile(Self.bob))
        #expect(try await !checker.accepts("secret", of: "alice"))
    }

    @Test("Too many checks at once are no refusal: the same password is taken a moment later")
    func tooMany() async throws {
        let rules = CurrentRules(
            try AccessRules(parsing: Array(#"{"rules":[{"user":"alice","project":"shop","rights":["read"]}]}"#.utf8)))
        func answer(_ maximum: Int) async throws -> Authentication {
            let checker = PasswordChecker(try PasswordFile(Self.alice), waitingMaximum: maximum)
            return await PasswordAuthenticator(checker: checker, rules: rules, logger: .quiet)
                .identify(Credentials(user: "alice", password: "secret"))
        }
        guard case .unavailable(_, let seconds) = try await answer(0) else {
            Issue.record("it is not said that the password could not be checked")
            return
        }
        #expect(seconds > 0)
        guard case .identified(let alice) = try await answer(1) else {
            Issue.record("the right password is refused")
            return
        }
        #expect(alice.name == "alice")
    }
}
