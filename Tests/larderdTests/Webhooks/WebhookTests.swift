import AsyncHTTPClient
import CacheAPI
import Chunking
import FoundationEssentials
import HTTPTypes
import Logging
import NIOHTTP1
import OCI
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import larderd

@Suite("Webhooks of a running server", .timeLimit(.minutes(5)))
struct WebhookTests {
    /// A server that tells `receiver`, with the same directory each time.
    private func withHook(
        _ receiver: Receiver, path: String = "/hook", more: String = "",
        _ change: @escaping @Sendable (inout Settings) -> Void = { _ in }, logger: Logger = .silent,
        _ body: @escaping @Sendable (TestClient, Settings) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            try await receiver.run { port in
                let file = try Receiver.write(directory, port: port, path: path, more: more)
                try await withServer(
                    {
                        $0.webhooks = file
                        change(&$0)
                    }, logger: logger, body)
            }
        }
    }

    /// Pushes an image of one layer.
    @discardableResult
    private func push(_ client: TestClient, _ name: String, _ tag: String, seed: UInt64 = 1) async throws -> Digest {
        let image = try SampleImage(layers: [SampleImage.layer(["a"], bytesEach: 100, seed: seed)])
        return try await client.push(image, to: name, as: tag)
    }

    @Test("tell of images and tags that come, move and go, in order, signed, as CloudEvents")
    func events() async throws {
        let receiver = Receiver()
        try await withHook(receiver) { client, _ in
            let first = try await push(client, "shop/api", "1")
            let second = try await push(client, "shop/api", "1", seed: 2)
            try await push(client, "shop/api", "1", seed: 2)
            #expect(try await client.send(.DELETE, "/v2/shop/api/manifests/1").status == 202)
            let messages = try await receiver.wait(for: 7)
            #expect(
                messages.map(\.type) == [
                    "io.larder.manifest.pushed", "io.larder.tag.set", "io.larder.manifest.pushed", "io.larder.tag.set",
                    "io.larder.manifest.pushed", "io.larder.tag.set", "io.larder.tag.removed",
                ])
            #expect(
                messages.map { $0.event["data"]["change"].string } == ["", "created", "", "moved", "", "unchanged", ""])
            let moved = messages[3].event
            #expect(moved["specversion"].string == "1.0" && moved["subject"].string == "shop/api:1")
            #expect(moved["source"].string.hasPrefix("//127.0.0.1:"))
            #expect(Timestamp.seconds(moved["time"].string) != nil)
            #expect(moved["data"]["project"].string == "shop" && moved["data"]["repository"].string == "shop/api")
            #expect(moved["data"]["digest"].string == "\(second)" && moved["data"]["previous"].string == "\(first)")
            #expect(moved["data"]["identity"].string == "anonymous")
            #expect(messages[6].event["data"]["reason"].string == "deleted")
            #expect(Set(messages.map(\.id)).count == 7)
            let secret = try #require(WebhookSecret(Receiver.secret))
            for message in messages {
                #expect(message.contentType == "application/cloudevents+json; charset=utf-8")
                #expect(message.event["id"].string == message.id)
                let time = try #require(Int64(message.timestamp))
                #expect(message.signature == secret.signature(id: message.id, time: time, body: message.body))
            }
        }
    }

    @Test("tell of images that builds make, and nothing of BuildKit's caches")
    func builds() async throws {
        let receiver = Receiver()
        try await withHook(receiver, more: #", "events": ["tag.set"]"#) { client, _ in
            let shop = try #require(ProjectName("shop"))
            let cache = Array(
                """
                {"schemaVersion":2,"mediaType":"\(MediaType.index)","manifests":[]}
                """.utf8)
            let put = try await client.send(
                .PUT, "/v2/shop/cache/manifests/index", body: .bytes(cache), headers: ["content-type": MediaType.index])
            #expect(put.status == 201)
            let made = try await client.post(
                CachePath.images(shop),
                json: AssembleRequest(
                    names: ["shop/api:built"], config: try SampleImage(layers: []).configText))
            #expect(made.status == 201)
            let messages = try await receiver.wait(for: 2)
            #expect(messages.map { $0.event["subject"].string } == ["shop/cache:index", "shop/api:built"])
        }
    }

    @Test("try again until the receiver has it, with the same id and a new time, and do not follow redirects")
    func retries() async throws {
        let receiver = Receiver()
        receiver.answer([
            .init(status: .internalServerError), .init(status: .found, headers: [.location: "/elsewhere"]),
        ])
        try await withHook(receiver, more: #", "events": "tag.set""#) { client, settings in
            try await push(client, "shop/api", "1")
            let messages = try await receiver.wait(for: 3)
            #expect(Set(messages.map(\.id)).count == 1 && messages.count == 3)
            let text = try await settled(settings)
            #expect(text.webhooks.first?.state == .working && text.webhooks.first?.waiting == 0)
            let metrics = try await client.get("/metrics").text
            #expect(metrics.contains(#"larderd_webhook_deliveries_total{webhook="deploy",result="failed"} 2"#))
            #expect(metrics.contains(#"larderd_webhook_deliveries_total{webhook="deploy",result="delivered"} 1"#))
            #expect(metrics.contains(#"larderd_webhook_queue{webhook="deploy"} 0"#))
            let shown = try await client.get("/api/v1/webhooks")
            #expect(try shown.json(WebhooksReport.self).webhooks.map(\.name) == ["deploy"])
        }
    }

    /// The report when nothing waits any more.
    private func settled(_ settings: Settings) async throws -> WebhooksReport {
        let access = try RootAccess(existing: settings.root)
        while true {
            let report: WebhooksReport = try await access.ask(WebhookRoutes.Path.webhooks, timeout: 10)
            if report.webhooks.allSatisfy({ $0.waiting == 0 }) { return report }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test("whose receiver is slow or gone delay no push, and are told when it comes back")
    func slow() async throws {
        let receiver = Receiver()
        receiver.answer([.init(pause: .seconds(30))], then: .init(status: .gone))
        let messages = LogMessages()
        try await withHook(receiver, more: #", "events": "tag.set", "timeout": "1s""#, logger: messages.logger) {
            client, settings in
            for number in 0..<5 { try await push(client, "shop/api", "\(number)") }
            _ = try await receiver.wait(for: 2)
            while !messages.all.contains(where: { $0.contains("RECEIVER IS GONE") }) {
                try await Task.sleep(for: .milliseconds(20))
            }
            let access = try RootAccess(existing: settings.root)
            let gone: WebhooksReport = try await access.ask(WebhookRoutes.Path.webhooks, timeout: 10)
            #expect(gone.webhooks.first?.state == .gone && gone.webhooks.first?.waiting == 5)
            #expect(gone.table.contains("410"))
            receiver.answer([])
            let order = RedeliveryOrder(webhook: "deploy")
            let content = String(decoding: try JSONEncoder().encode(order), as: UTF8.self)
            let _: RedeliveryReport = try await access.perform(
                .POST, WebhookRoutes.Path.redeliver, content: content
            ) { _ in throw CancellationError() }
            let all = try await receiver.wait(for: 7)
            #expect(all.suffix(5).map { $0.event["data"]["tag"].string } == ["0", "1", "2", "3", "4"])
        }
    }

    @Test("give up what a receiver refuses, so that others get their turn, and send it again when they are told to")
    func refused() async throws {
        let receiver = Receiver()
        let refusal = Receiver.Answer(status: .unprocessableContent)
        receiver.answer([refusal, refusal, refusal])
        let messages = LogMessages()
        try await withHook(receiver, more: #", "events": "tag.set""#, logger: messages.logger) { client, settings in
            try await push(client, "shop/api", "1")
            try await push(client, "shop/api", "2")
            let four = try await receiver.wait(for: 4)
            #expect(four.map { $0.event["data"]["tag"].string } == ["1", "1", "1", "2"])
            #expect(messages.all.contains { $0.contains("IS NOT TOLD OF AN EVENT") })
            let report = try await settled(settings)
            let given = try #require(report.webhooks.first?.givenUp.first)
            #expect(given.id == four[0].id && given.reason.contains("422") && report.table.contains(given.id))
            let access = try RootAccess(existing: settings.root)
            let content = String(
                decoding: try JSONEncoder().encode(RedeliveryOrder(webhook: "deploy", id: given.id)), as: UTF8.self)
            let again: RedeliveryReport = try await access.perform(
                .POST, WebhookRoutes.Path.redeliver, content: content
            ) { _ in throw CancellationError() }
            #expect(again.count == 1)
            #expect(try await receiver.wait(for: 5)[4].id == given.id)
        }
    }

    @Test("can be tried, whatever waits and whatever they are for")
    func trial() async throws {
        let receiver = Receiver()
        receiver.answer([.init(status: .noContent), .init(status: .serviceUnavailable)])
        try await withHook(receiver, more: #", "events": "tag.set""#) { _, settings in
            let access = try RootAccess(existing: settings.root)
            func test(_ name: String) async throws -> WebhookTestReport {
                try await access.perform(.POST, WebhookRoutes.Path.test, content: name) { _ in throw CancellationError()
                }
            }
            #expect(try await test("deploy").isDelivered)
            let failed = try await test("deploy")
            #expect(!failed.isDelivered && failed.outcome.contains("503"))
            #expect(receiver.messages.map(\.type) == ["io.larder.webhook.test", "io.larder.webhook.test"])
            let error = await #expect(throws: ServerError.self) { _ = try await test("none") }
            #expect(error?.description.contains("deploy") == true)
        }
    }

    @Test("take new secrets and settings without a restart; both secrets sign while receivers change")
    func rotation() async throws {
        let receiver = Receiver()
        let old = try #require(WebhookSecret(Receiver.secret))
        let fresh = "whsec_" + Data(repeating: 7, count: 32).base64EncodedString()
        try await withHook(receiver, more: #", "events": "tag.set""#) { client, settings in
            let file = try #require(settings.webhooks)
            let directory = file.removingLastComponent()
            try Data(fresh.utf8).write(to: URL(filePath: directory.appending("fresh").string))
            let text = try String(contentsOf: URL(filePath: file.string), encoding: .utf8)
                .replacing(
                    "\"\(directory.appending("secret"))\"",
                    with: "[\"\(directory.appending("fresh"))\", \"\(directory.appending("secret"))\"]")
            try Data(text.utf8).write(to: URL(filePath: file.string))
            let both = try #require(WebhookSecret(fresh))
            for number in 0..<100 {
                try await push(client, "shop/api", "\(number)")
                let message = try #require(try await receiver.wait(for: number + 1).last)
                let time = try #require(Int64(message.timestamp))
                let expected = old.signature(id: message.id, time: time, body: message.body)
                if message.signature == expected {
                    try await Task.sleep(for: .milliseconds(100))
                    continue
                }
                #expect(
                    message.signature == both.signature(id: message.id, time: time, body: message.body) + " " + expected
                )
                return
            }
            Issue.record("the new settings were not taken")
        }
    }

    @Test("leave no secret and no path of a URL in logs and reports")
    func plantedSecrets() async throws {
        let receiver = Receiver()
        receiver.answer([.init(status: .internalServerError), .init(status: .found)], then: .init(status: .badRequest))
        let words = [String(Receiver.secret.dropFirst(6)), "Uq4wTz8mRd", "Eb7sYk2vPn"]
        let messages = LogMessages()
        try await withHook(
            receiver, path: "/hooks/\(words[1])?token=\(words[2])", { $0.logLevel = .trace }, logger: messages.logger
        ) { client, settings in
            try await push(client, "shop/api", "1")
            _ = try await receiver.wait(for: 3)
            let access = try RootAccess(existing: settings.root)
            let report: WebhooksReport = try await access.ask(WebhookRoutes.Path.webhooks, timeout: 10)
            for text in [report.table, try await client.get("/metrics").text] + messages.all {
                for word in words { #expect(!text.contains(word)) }
            }
            for word in words {
                let found = try shell("grep -rlF '\(word)' '\(settings.root)' || true")
                #expect(found.isEmpty, "\(String(decoding: found, as: UTF8.self))")
            }
        }
    }

    @Test("with a secret that cannot be used are named when the server starts")
    func badSecret() async throws {
        try await withTemporaryDirectory { directory in
            let file = try Receiver.write(directory, port: 1)
            try Data("short".utf8).write(to: URL(filePath: directory.appending("secret").string))
            let error = await #expect(throws: (any Error).self) {
                try await withServer({ $0.webhooks = file }) { _, _ in }
            }
            let text = "\(error.map { "\($0)" } ?? "")"
            #expect(text.contains("webhooks.json") && text.contains("'deploy'") && text.contains("openssl rand"))
            #expect(!text.contains("short"))
        }
    }

    @Test("whose receiver never ends its answer are told of the next event")
    func dripping() async throws {
        try await withTemporaryDirectory { directory in
            try await DrippingServer.run { port in
                let file = try Receiver.write(directory, port: port, more: #", "events": "tag.set", "timeout": "1s""#)
                try await withServer({ $0.webhooks = file }) { client, settings in
                    for number in 0..<2 { try await push(client, "shop/api", "\(number)") }
                    #expect(try await settled(settings).webhooks.first?.givenUpCount == 0)
                }
            }
        }
    }

    @Test("send again what was given up for its age, for as long as it takes")
    func redelivered() async throws {
        let receiver = Receiver()
        receiver.answer([.init(status: .serviceUnavailable)])
        let prepare: @Sendable (inout Settings) -> Void = { settings in
            // What was noted decades ago waits when the server starts.
            try? FileManager.default.createDirectory(
                atPath: settings.root.string, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let queue = try? EventQueue(in: settings.root, logger: .silent)
            queue?.add([
                .init(id: "evt_old", type: "tag.set", time: 1, body: Array("{}".utf8), webhooks: ["deploy"])
            ])
        }
        try await withHook(receiver, prepare) { _, settings in
            let given = try #require(try await settled(settings).webhooks.first?.givenUp.first)
            #expect(given.id == "evt_old" && given.reason.contains("86400 s") && receiver.messages.isEmpty)
            let content = String(decoding: try JSONEncoder().encode(RedeliveryOrder(webhook: "deploy")), as: UTF8.self)
            let _: RedeliveryReport = try await RootAccess(existing: settings.root).perform(
                .POST, WebhookRoutes.Path.redeliver, content: content
            ) { _ in throw CancellationError() }
            #expect(try await receiver.wait(for: 2).map(\.id) == ["evt_old", "evt_old"])
            #expect(try await settled(settings).webhooks.first?.givenUpCount == 0)
        }
    }
}
