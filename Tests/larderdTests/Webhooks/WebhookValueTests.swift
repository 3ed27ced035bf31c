import Access
import FoundationEssentials
import OCI
import Testing

@testable import larderd

@Suite("Webhooks: signatures, answers, pauses, settings")
struct WebhookValueTests {
    @Test("are signed as the specification's example is")
    func signature() throws {
        let secret = try #require(WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"))
        let signature = secret.signature(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", time: 1_614_265_330, body: Array(#"{"test": 2432232314}"#.utf8))
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test(
        "take no secret that is short, long, not Base64, or without its prefix",
        arguments: [
            "", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_?",
            "whsec_" + Data(repeating: 1, count: 65).base64EncodedString(),
        ])
    func badSecrets(_ text: String) {
        #expect(WebhookSecret(text) == nil)
    }

    @Test(
        "understand answers",
        arguments: [
            (200, nil, .delivered), (204, "9", .delivered), (410, nil, .gone("")), (400, nil, .refused("")),
            (301, nil, .postponed("", retryAfter: nil)), (500, nil, .postponed("", retryAfter: nil)),
            (429, " 120 ", .postponed("", retryAfter: 120)), (503, "-5", .postponed("", retryAfter: 0)),
            (503, "soon", .postponed("", retryAfter: nil)), (401, nil, .postponed("", retryAfter: nil)),
            (429, "99999999", .postponed("", retryAfter: 86_400)),
            (429, "Sun, 06 Nov 1994 08:49:37 GMT", .postponed("", retryAfter: 37)),
            (429, "Sun, 06 Nov 1994 08:48:00 GMT", .postponed("", retryAfter: 0)),
            (429, "Sun, 99 Nov 1994 08:48:00 GMT", .postponed("", retryAfter: nil)),
        ] as [(UInt, String?, DeliveryOutcome)])
    func answers(status: UInt, retryAfter: String?, expected: DeliveryOutcome) {
        let seconds = retryAfter.flatMap { RetryAfter.seconds($0, now: 784_111_740) }
        let outcome = DeliveryOutcome(status: status, retryAfter: seconds)
        switch (outcome, expected) {
        case (.delivered, .delivered), (.refused, .refused), (.gone, .gone): break
        case (.postponed(let reason, let seconds), .postponed(_, let wanted)):
            #expect(seconds == wanted && reason.contains("\(status)"))
        default: Issue.record("\(outcome)")
        }
    }

    @Test("pause longer and longer, never at the same moment, and as long as they are asked to")
    func pauses() {
        var random = SystemRandomNumberGenerator()
        for (failures, length) in [(0, 1.0), (1, 1), (2, 2), (3, 4), (10, 512), (11, 900), (1_000, 900)] {
            let pauses = (0..<20).map { _ in DeliveryPace.pause(after: failures, wanted: nil, using: &random) }
            #expect(pauses.allSatisfy { $0 >= .seconds(length * 0.499) && $0 <= .seconds(length * 1.5) })
            #expect(Set(pauses).count > 1)
        }
        #expect(DeliveryPace.pause(after: 1, wanted: 60, using: &random) == .seconds(60))
    }

    private func message(_ text: String) -> String {
        do throws(AccessError) {
            _ = try WebhookRules(parsing: Array(text.utf8))
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test("are set in a file whose mistakes are told with line and way out")
    func badRules() {
        func webhook(_ members: String) -> String {
            message("{\"webhooks\": {\n\"deploy\": {\n\(members)\n}}}")
        }
        let secret = #""secret-file": "/s""#
        #expect(webhook(#""url": "https://h/x", "# + secret) == "no error")
        #expect(webhook(#""url": "http://127.0.0.1:1/x?y=z", "# + secret) == "no error")
        #expect(webhook(#""url": "http://h/x", "insecure": true, "# + secret) == "no error")
        for (members, words) in [
            (#""url": "http://h/x", "# + secret, ["line 3", "plain http", "insecure"]),
            (#""url": "https://ann:pw@h/x", "# + secret, ["line 3", "without a login"]),
            (#""url": "ftp://h/x", "# + secret, ["https URL"]), (#""url": "https://", "# + secret, ["https URL"]),
            (#""url": "https://h/x""#, ["line 2", "secret-file", "openssl rand"]),
            (#""url": "https://h/x", "secret": "whsec_x""#, ["line 3", "'secret'"]),
            (#""url": "https://h/x", "event": "tag.*", "# + secret, ["did you mean 'events'?"]),
            (#""url": "https://h/x", "events": "tags.*", "# + secret, ["tags.*", "tag.set"]),
            (#""url": "https://h/x", "timeout": "1h", "# + secret, ["timeout", "10s"]),
            (#""url": "https://h/x", "give-up-after": "soon", "# + secret, ["1d"]),
            (#""url": "https://h/x", "insecure": "yes", "# + secret, ["true or false"]),
        ] {
            let text = webhook(members)
            for word in words { #expect(text.contains(word), "\(text)") }
        }
        #expect(message("{\"webhooks\": {\"De Ploy\": {}}}").contains("cannot name a webhook"))
        #expect(message("{\"webhook\": {}}").contains("did you mean 'webhooks'?"))
        #expect(message("{").contains("line 1"))
    }

    @Test("are for some events of some projects")
    func filters() throws {
        let rules = try WebhookRules(
            parsing: Array(
                #"""
                {"webhooks": {
                  "all": {"url": "https://h/x", "secret-variable": "S"},
                  "tags": {"url": "https://h/x", "secret-variable": "S", "events": ["tag.*"], "projects": "team-*"}}}
                """#.utf8))
        func names(_ kind: RegistryEvent.Kind, _ project: String) -> [String] {
            rules.names(for: RegistryEvent(kind, project: project, subject: "s"))
        }
        #expect(names(.tagSet, "team-a") == ["all", "tags"])
        #expect(names(.tagSet, "shop") == ["all"] && names(.manifestPushed, "team-a") == ["all"])
        #expect(rules.all["tags"]?.origin == "https://h")
    }
}
