import Chunking
import FoundationEssentials

/// What a webhook's requests are signed with (Standard Webhooks 1.0.0): HMAC-SHA-256 over id, time and the exact body.
struct WebhookSecret: Sendable {
    /// How many bytes of key there may be.
    static let byteCounts = 24...64
    private static let prefix = "whsec_"

    private let key: [UInt8]

    /// Reads `whsec_` and 24 to 64 bytes in Base64, with space around; `nil` for anything else. The prefix must be there:
    /// without it some receivers' libraries take the text itself for the key, and others what it encodes.
    init?(_ text: String) {
        let text = text.filter { !$0.isWhitespace }
        guard text.hasPrefix(Self.prefix), let data = Data(base64Encoded: String(text.dropFirst(Self.prefix.count))),
            Self.byteCounts.contains(data.count)
        else { return nil }
        key = [UInt8](data)
    }

    /// One element of the header `webhook-signature`.
    /// - Parameter time: of this attempt. Seconds since 1970.
    func signature(id: String, time: Int64, body: [UInt8]) -> String {
        let code = Digest(authenticating: Array("\(id).\(time).".utf8) + body, with: key)
        return "v1," + Data(code.rawBytes).base64EncodedString()
    }
}
