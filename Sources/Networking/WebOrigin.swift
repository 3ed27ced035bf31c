/// Scheme, host and port of a URL (RFC 6454), for `http` and `https`.
public enum WebOrigin {
    /// The origin of a URL, without a port that the scheme has anyway. Equal texts are equal origins.
    public static func text(of url: String) -> String {
        let lowered = url.lowercased()
        for (scheme, port) in [("https://", ":443"), ("http://", ":80")] where lowered.hasPrefix(scheme) {
            let authority = lowered.dropFirst(scheme.count).prefix { !"/?#\\".contains($0) }
            return scheme + (authority.hasSuffix(port) ? authority.dropLast(port.count) : authority)
        }
        return lowered
    }
}
