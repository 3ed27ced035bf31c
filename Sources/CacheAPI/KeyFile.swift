public import Chunking
internal import FoundationEssentials

/// Keys as OpenSSL and ssh tools keep them: PEM (RFC 7468) of PKCS #8 and SubjectPublicKeyInfo for Ed25519 (RFC 8410).
/// `openssl genpkey -algorithm ed25519` makes one, `openssl pkey -pubout` gives its public half.
public enum KeyFile {
    private static let secretPrefix: [UInt8] = [
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ]
    private static let publicPrefix: [UInt8] = [
        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
    ]

    /// The first key to sign with in a file; `nil` when there is none.
    public static func signingKey(in text: String) -> SigningKey? {
        contents(of: "PRIVATE KEY", in: text).lazy.compactMap { der in
            guard der.starts(with: secretPrefix), der.count == secretPrefix.count + 32 else { return nil }
            return SigningKey(rawBytes: Array(der.dropFirst(secretPrefix.count)))
        }.first
    }

    /// All keys to verify with in a file.
    public static func verifyingKeys(in text: String) -> [VerifyingKey] {
        contents(of: "PUBLIC KEY", in: text).compactMap { der in
            guard der.starts(with: publicPrefix) else { return nil }
            return VerifyingKey(rawBytes: Array(der.dropFirst(publicPrefix.count)))
        }
    }

    /// The file of a key.
    public static func text(of key: SigningKey) -> String { text("PRIVATE KEY", secretPrefix + key.rawBytes) }

    /// The file of a key.
    public static func text(of key: VerifyingKey) -> String { text("PUBLIC KEY", publicPrefix + key.rawBytes) }

    private static func text(_ label: String, _ der: [UInt8]) -> String {
        "-----BEGIN \(label)-----\n\(Data(der).base64EncodedString())\n-----END \(label)-----\n"
    }

    /// What stands between the lines of a label, decoded.
    private static func contents(of label: String, in text: String) -> [[UInt8]] {
        var (found, open): ([[UInt8]], String?) = ([], nil)
        for line in text.split(whereSeparator: \.isNewline) {
            switch line {
            case "-----BEGIN \(label)-----": open = ""
            case "-----END \(label)-----":
                if let data = open.flatMap({ Data(base64Encoded: $0) }) { found.append(Array(data)) }
                open = nil
            default: open?.append(contentsOf: line.filter { !$0.isWhitespace })
            }
        }
        return found
    }
}
