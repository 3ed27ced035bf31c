import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

@testable import larderd

/// What the documentation tells receivers to do, done.
@Suite("Receivers can verify what they are told")
struct WebhookVerificationTests {
    private static let page = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .removingLastComponent().removingLastComponent().appending("Sources/larderd/larderd.docc/Webhooks.md")

    @Test("in Python, as the documentation has it", .enabled(if: hasProgram("python3")))
    func python() async throws {
        let receiver = Receiver()
        let text = try String(contentsOf: URL(filePath: Self.page.string), encoding: .utf8)
        let program = try #require(
            text.split(separator: "```python\n").dropFirst().first?.split(separator: "```").first)
        try await withTemporaryDirectory { directory in
            try await receiver.run { port in
                let file = try Receiver.write(directory, port: port)
                try await withServer({ $0.webhooks = file }) { client, _ in
                    _ = try await client.push(SampleImage(layers: []), to: "shop/api", as: "1")
                    let message = try #require(try await receiver.wait(for: 1).first)
                    let path = directory.appending("verify.py").string
                    let body = Data(message.body).base64EncodedString()
                    let check = """

                        headers = {"webhook-id": "\(message.id)", "webhook-timestamp": "\(message.timestamp)",
                                   "webhook-signature": "\(message.signature)"}
                        body = base64.b64decode("\(body)")
                        secret, other = "\(Receiver.secret)", "whsec_" + base64.b64encode(b"x" * 32).decode()
                        print(verify([secret], headers, body), verify([other, secret], headers, body),
                              verify([other], headers, body), verify([secret], headers, body + b" "),
                              verify([secret], dict(headers, **{"webhook-timestamp": "1614265330"}), body))
                        """
                    try Data((program + check).utf8).write(to: URL(filePath: path))
                    let said = String(decoding: try shell("python3 '\(path)' 2>&1"), as: UTF8.self)
                    #expect(said == "True True False False False\n")
                }
            }
        }
    }
}
