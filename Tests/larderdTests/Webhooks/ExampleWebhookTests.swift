import FoundationEssentials
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import larderd

/// The rules of `deploy/webhooks`, and the settings of `deploy/systemd` that name such files.
@Suite("Example webhooks", .timeLimit(.minutes(5)))
struct ExampleWebhookTests {
    private static let deploy = FilePath(#filePath)
        .removingLastComponent().removingLastComponent().removingLastComponent().removingLastComponent()
        .appending("deploy")

    private static func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: deploy.pushing(FilePath(name)).string)), as: UTF8.self)
    }

    @Test("tell those whom their names say")
    func rules() throws {
        func names(_ file: String, _ kind: RegistryEvent.Kind, _ project: String) throws -> [String] {
            let rules = try WebhookRules(parsing: Array(try Self.text("webhooks/\(file)").utf8))
            return rules.names(for: RegistryEvent(kind, project: project, subject: "s"))
        }
        #expect(try names("deploy.json", .tagSet, "shop") == ["deploy"])
        #expect(try names("deploy.json", .tagSet, "team-a") == ["deploy"])
        #expect(try names("deploy.json", .tagSet, "bank") == [])
        #expect(try names("deploy.json", .manifestPushed, "shop") == [])
        #expect(try names("several.json", .tagSet, "shop") == ["deploy"])
        #expect(try names("several.json", .scanJudged, "bank") == ["security"])
        #expect(try names("several.json", .manifestRemoved, "bank") == ["housekeeping"])
    }

    @Test("tell a receiver of a tag, from the file as it is but for the receiver's address")
    func delivery() async throws {
        let receiver = Receiver()
        try await withTemporaryDirectory { directory in
            try await receiver.run { port in
                let file = try Receiver.write(directory, port: port)
                let rules = try Self.text("webhooks/deploy.json")
                    .replacing("https://ci.example.com", with: "http://127.0.0.1:\(port)")
                    .replacing("/etc/larder/deploy.secret", with: directory.appending("secret").string)
                try Data(rules.utf8).write(to: URL(filePath: file.string))
                try await withServer({ $0.webhooks = file }) { client, _ in
                    let image = try SampleImage(layers: [SampleImage.layer(["a"], bytesEach: 100, seed: 1)])
                    try await client.push(image, to: "bank/api", as: "1")
                    try await client.push(image, to: "shop/api", as: "1")
                    let message = try await receiver.wait(for: 1)[0]
                    #expect(message.type == "io.larder.tag.set")
                    #expect(message.event["subject"].string == "shop/api:1")
                }
            }
        }
    }

    @Test("are named by the settings beside the unit, and so is the scan gate")
    func settings() async throws {
        for name in ["systemd/larderd.json", "systemd/examples/larderd.json"] {
            let settings = try await SettingsReader(
                flags: [:], environment: [:], file: Self.deploy.pushing(FilePath(name))
            ).settings()
            #expect(settings.root == "/var/lib/larder" && settings.notes.isEmpty)
            let isExample = name.contains("examples")
            #expect(settings.webhooks == (isExample ? "/etc/larder/webhooks.json" : nil))
            #expect(settings.scanGate == (isExample ? "/etc/larder/scan-gate.json" : nil))
        }
    }
}
