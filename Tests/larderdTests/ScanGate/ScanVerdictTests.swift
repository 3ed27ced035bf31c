import Access
import FoundationEssentials
import OCI
import Testing

@testable import larderd

@Suite("What a scanner says, and how it is set")
struct ScanVerdictTests {
    private func verdict(_ text: String) throws(ScanFailure) -> ScanVerdict {
        try ScanVerdict(parsing: Array(text.utf8))
    }

    @Test("is a verdict with reason, scanner and counts")
    func valid() throws {
        let all = try verdict(
            #"{"verdict": "refuse", "reason": "old", "scanner": "s 1", "findings": {"high": 2, "low": 1e2}, "x": [1]}"#)
        #expect(all.verdict == .refuse && all.scanner == "s 1" && all.findings == ["high": 2, "low": 100])
        #expect(all.summary == "old; 2 high, 100 low")
        #expect(try verdict(#"{"verdict":"pass"}"#) == ScanVerdict(.pass))
        #expect(try verdict(#"{"verdict":"pass"}"#).summary == "it said nothing else")
        #expect(try verdict(#"{"verdict":"refuse"}"#).summary == "it gave no reason")
    }

    @Test(
        "is nothing else",
        arguments: [
            "", "pass", "{}", #"{"verdict":"maybe"}"#, #"{"verdict":true}"#, #"{"verdict":"pass"} {}"#,
            #"{"verdict":"pass","findings":{"high":-1}}"#, #"{"verdict":"pass","findings":{"high":"many"}}"#,
            #"{"verdict":"pass","findings":{"high":1e300}}"#, #"{"verdict":"pass","verdict":"refuse"}"#,
            String(repeating: "[", count: 10_000),
        ])
    func invalid(_ text: String) {
        #expect(throws: ScanFailure.self) { try verdict(text) }
    }

    @Test("does nothing to a terminal or a log")
    func shown() throws {
        let text = ScanVerdict.shown("a\u{1b}[31mb\nc\u{202e}d\u{9b}e" + String(repeating: "x", count: 5_000))
        #expect(text.hasPrefix("a [31mb c d e") && text.count == 1_000)
    }

    @Test("is not waited for longer than its time when it comes byte by byte")
    func dripping() async throws {
        try await DrippingServer.run { port in
            let text = "{\"url\": \"http://127.0.0.1:\(port)/judge\", \"timeout\": \"1s\"}"
            let rules = try ScanGateRules(parsing: Array(text.utf8))
            guard case .service(let rule) = rules.scanner else { throw ScanFailure("it is no service") }
            let service = try ScanService(rule, timeout: rules.timeout, environment: [:])
            let order = ScanService.Order(
                reference: "", repository: "", digest: "", mediaType: "", tags: [], authorization: nil)
            let failure = await #expect(throws: ScanFailure.self) { _ = try await service.judge(order) }
            #expect(failure?.description == "it took more than 1 s")
            await service.shutdown()
        }
    }

    private func message(_ members: String) -> String {
        do throws(AccessError) {
            _ = try ScanGateRules(parsing: Array("{\n\(members)\n}".utf8))
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test("is set in a file whose mistakes are told with line and way out")
    func rules() throws {
        let command = #""command": ["/bin/judge", "{layout}"]"#
        #expect(message(command) == "no error")
        #expect(message(#""url": "https://h/x", "mode": "quarantine", "token-file": "/t""#) == "no error")
        for (members, words) in [
            ("", ["line 1", "'url'"]), (#""command": "judge {layout}""#, ["absolute path"]),
            (#""command": ["/bin/judge"]"#, ["{layout}"]), (#""url": "http://h/x""#, ["https"]),
            (#""url": "https://h/x", "# + command, ["leave out one"]),
            (command + #", "mode": "block""#, ["wait or quarantine"]),
            (command + #", "on-failure": "open""#, ["refuse or release"]), (command + #", "wait": "1h""#, ["4m"]),
            (command + #", "waits": "1m""#, ["did you mean 'wait'?"]), (command + #", "concurrency": 99"#, ["1 to 16"]),
            (command + #", "run-as": "nobody", "directory": "/d""#, ["65534:65534"]),
            (command + #", "run-as": "1:1""#, ["directory"]), (command + #", "timeout": "soon""#, ["5m"]),
        ] {
            let text = message(members)
            for word in words { #expect(text.contains(word), "\(text)") }
        }
        let rules = try ScanGateRules(parsing: Array("{\(command), \"tags\": [\"shop/*:*\"]}".utf8))
        func isAbout(_ name: String, _ tag: String) throws -> Bool {
            rules.isAbout(try .init(tag), in: try .init(name))
        }
        #expect(try isAbout("shop/api", "1") && !isAbout("bank/api", "1"))
        #expect(try !isAbout("shop/api", "sha256-abc.sig"))
    }
}
