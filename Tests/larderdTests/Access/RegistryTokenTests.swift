import Access
import FoundationEssentials
import Glibc
import OCI
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import larderd

@Suite("Registry tokens")
struct RegistryTokenTests {
    private static func scope(_ text: String) throws -> RegistryScope { try #require(RegistryScope(text)) }

    @Test("A token says what it is good for, until its time is over, and the next server of the root knows it")
    func roundTrip() async throws {
        try await withTemporaryDirectory { directory in
            let clock = Mutex(1_000_000.5)
            let file = directory.appending("key.pem")
            let tokens = RegistryTokens(key: file) { clock.withLock { $0 } }
            let access = [try Self.scope("repository:shop/api:pull,push")]
            let (text, seconds) = try await tokens.issue(
                .token(id: "abc"), subject: "token:ci", service: "127.0.0.1:7070", access: access, end: nil)
            #expect(seconds == 300)
            #expect(RegistryTokens.looksLikeOne(text))
            let next = RegistryTokens(key: file) { clock.withLock { $0 } }
            let token = try #require(try await next.token(of: text))
            #expect(token.origin == .token(id: "abc") && token.access == access && token.service == "127.0.0.1:7070")
            #expect(try await next.token(of: text) != nil)
            var status = stat()
            let result = unsafe stat(file.string, &status)
            #expect(result == 0 && status.st_mode & 0o777 == 0o600)
            clock.withLock { $0 += 300 }
            #expect(try await tokens.token(of: text) == nil)
            #expect(try await next.token(of: text) == nil)
        }
    }

    @Test("What was signed by another key, or changed, is none")
    func forged() async throws {
        try await withTemporaryDirectory { directory in
            let (own, other) = (
                RegistryTokens(key: directory.appending("own")), RegistryTokens(key: directory.appending("other"))
            )
            let (text, _) = try await own.issue(
                .user("alice"), subject: "user:alice", service: "", access: [], end: nil)
            #expect(try await other.token(of: text) == nil)
            let (longer, _) = try await own.issue(
                .user("root"), subject: "user:root", service: "", access: [], end: nil)
            var parts = text.split(separator: ".").map(String.init)
            parts[1] = String(longer.split(separator: ".")[1])
            #expect(try await own.token(of: parts.joined(separator: ".")) == nil)
            #expect(try await own.token(of: parts.prefix(2).joined(separator: ".") + ".") == nil)
        }
    }

    @Test("It ends with what it was given for")
    func end() async throws {
        try await withTemporaryDirectory { directory in
            let tokens = RegistryTokens(key: directory.appending("key")) { 1000 }
            let (_, seconds) = try await tokens.issue(
                .job("x"), subject: "job:x", service: "", access: [], end: 1042.9)
            #expect(seconds == 42)
        }
    }

    @Test("A file that is no key is said to be none")
    func brokenKey() async throws {
        try await withTemporaryDirectory { directory in
            let file = directory.appending("key")
            try Data("nonsense".utf8).write(to: URL(filePath: file.string))
            await #expect(throws: ServerError.self) {
                _ = try await RegistryTokens(key: file).issue(
                    .anonymous, subject: "", service: "", access: [], end: nil)
            }
        }
    }

    @Test("Forms are read as browsers write them")
    func forms() {
        let form = RegistryTokenForm("scope=a+b&scope=c%2Fd&service=h%3A1&empty=&x")
        #expect(form.all("scope") == ["a b", "c/d"])
        #expect(form["service"] == "h:1")
        #expect(form["empty"] == nil && form["x"] == nil && form["y"] == nil)
    }

    @Test("A file that changes is taken, one that is broken is not")
    func watchedFile() async throws {
        try await withTemporaryDirectory { directory in
            let file = directory.appending("rules")
            func write(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: file.string)) }
            let held = Mutex("")
            #expect(throws: SettingsError.self) { try WatchedFile(file, logger: .quiet) { _ in } }
            try write("one")
            let watched = try WatchedFile(file, logger: .quiet) { bytes throws(AccessError) in
                if bytes == Array("bad".utf8) { throw AccessError(.invalidRules, line: 7, "it is bad") }
                held.withLock { $0 = String(decoding: bytes, as: UTF8.self) }
            }
            #expect(held.withLock { $0 } == "one")
            for (text, result) in [("two", "two"), ("bad", "two"), ("three", "three")] {
                try write(text)
                watched.reload()
                #expect(held.withLock { $0 } == result)
            }
            try FileManager.default.removeItem(atPath: file.string)
            watched.reload()
            #expect(held.withLock { $0 } == "three")
            try write("bad")
            do {
                _ = try WatchedFile(file, logger: .quiet) { _ throws(AccessError) in
                    throw AccessError(.invalidRules, line: 7, "it is bad")
                }
                Issue.record("taken")
            } catch {
                #expect("\(error)" == "\(file):7: it is bad.")
            }
        }
    }
}
