import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOPosix
import Networking
import OCI
import SystemPackage

/// Sends events to the receiver of one webhook.
struct WebhookClient: Sendable {
    /// How much of an answer is read at most, so that the connection can be used again. Bytes.
    private static let answerBytesMaximum = 64 << 10

    let rule: WebhookRule
    private let environment: [String: String]
    private let web: WebClient

    /// Reads the certificates that the rule names. Blocks.
    /// - Parameter environment: names proxies, and has secrets.
    /// - Throws: ``SettingsError``.
    init(_ rule: WebhookRule, environment: [String: String]) throws(SettingsError) {
        self.rule = rule
        self.environment = environment
        do {
            let network = try NetworkSettings(environment: environment, authorityFile: rule.authorityFile)
            web = WebClient(network, .forWebhooks)
        } catch {
            throw SettingsError("The webhook '\(rule.name)': \(error).")
        }
        _ = try readSecrets()
    }

    /// One attempt.
    func deliver(_ event: WebhookQueue.Event) async -> DeliveryOutcome {
        do {
            // Each time, so that new ones hold without a restart.
            let secrets = try await NIOThreadPool.singleton.runIfActive { try readSecrets() }
            let now = Int64(clamping: WallClock.seconds)
            let body = Array(event.body.utf8)
            var request = HTTPClientRequest(url: rule.url)
            request.method = .POST
            request.headers = [
                "content-type": "application/cloudevents+json; charset=utf-8",
                "user-agent": "larderd/\(LarderdCommand.version)", "webhook-id": event.id,
                "webhook-timestamp": "\(now)",
                "webhook-signature":
                    secrets.map { $0.signature(id: event.id, time: now, body: body) }.joined(separator: " "),
            ]
            request.body = .bytes(body)
            let response = try await web.execute(request, timeout: .seconds(rule.timeout))
            _ = try? await response.body.collect(upTo: Self.answerBytesMaximum, within: .seconds(rule.timeout))
            return DeliveryOutcome(
                status: response.status.code,
                retryAfter: RetryAfter.seconds(clock: now) { response.headers.first(name: $0) })
        } catch let error as SettingsError {
            return .postponed("\(error)", retryAfter: nil)
        } catch {
            return .postponed(Self.describe(error), retryAfter: nil)
        }
    }

    func shutdown() async { await web.shutdown() }

    /// The secrets as they are now. Blocks.
    /// - Throws: ``SettingsError``, which has none of them.
    private func readSecrets() throws(SettingsError) -> [WebhookSecret] {
        var secrets: [WebhookSecret] = []
        for place in rule.secrets {
            let (text, title): (String?, String)
            switch place {
            case .file(let path):
                let data = FileManager.default.contents(atPath: path.string)
                (text, title) = (data.map { String(decoding: $0.prefix(4096), as: UTF8.self) }, "\(path)")
            case .variable(let name): (text, title) = (environment[name], "the environment variable \(name)")
            }
            guard let text else {
                throw SettingsError("The webhook '\(rule.name)' has its secret in \(title), which cannot be read.")
            }
            guard let secret = WebhookSecret(text) else {
                throw SettingsError(
                    "The webhook '\(rule.name)' needs a secret in \(title) as `echo whsec_$(openssl rand -base64 32)` "
                        + "prints it: whsec_ and \(WebhookSecret.byteCounts.lowerBound) to "
                        + "\(WebhookSecret.byteCounts.upperBound) bytes in Base64.")
            }
            secrets.append(secret)
        }
        return secrets
    }

    /// What went wrong, without the URL, which may have a secret.
    private static func describe(_ error: any Error) -> String {
        guard let error = error as? HTTPClientError else { return "it cannot be reached: \(error)" }
        return switch error {
        case .deadlineExceeded, .connectTimeout, .readTimeout, .getConnectionFromPoolTimeout: "it took too long"
        default: "it cannot be reached: \(error.shortDescription)"
        }
    }
}

extension HTTPClient.Configuration {
    /// What receivers are told with: where they send one is not believed.
    fileprivate static var forWebhooks: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: .seconds(10), read: .seconds(60))
        configuration.decompression = .disabled
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }
}
