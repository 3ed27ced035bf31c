import Access
import FoundationEssentials
import SystemPackage

/// A scanner that is asked over HTTP.
struct ScanServiceRule: Hashable, Sendable {
    let url: String
    /// What it is shown as a bearer token; `nil` for nothing.
    let tokenFile: FilePath?
    let authorityFile: FilePath?
    /// Under which host it reaches this server; `nil` for the server's own name.
    let registry: String?

    /// - Throws: `invalidRules`, with the line.
    init(_ fields: DocumentFields) throws(AccessError) {
        let url = try fields.requiredText("url", like: "\"https://scanner.internal/judge\"")
        var isInsecure = false
        if let node = fields["insecure"] {
            guard case .bool(let value) = node.value else { throw fields.flaw("insecure", "must be true or false") }
            isInsecure = value
        }
        // It gets a token with which the image can be read.
        guard TrustedIssuer.isSafe(url) || isInsecure && url.hasPrefix("http://") && URL(string: url) != nil else {
            throw fields.flaw(
                "url",
                "must be an https URL without a login, '?' and '#' (http on loopback, or with \"insecure\": true)")
        }
        self.url = url
        tokenFile = try fields.text("token-file").map { FilePath($0) }
        authorityFile = try fields.text("ca-file").map { FilePath($0) }
        registry = try fields.text("registry")
    }

    /// Scheme, host and port.
    var origin: String {
        let end = url.index(url.startIndex, offsetBy: url.hasPrefix("https://") ? 8 : 7)
        return String(url[..<end] + url[end...].prefix { $0 != "/" })
    }
}
