/// Takes `host[:port]` and `[address][:port]` apart.
public enum HostAndPort {
    /// The host, without brackets, and the port; `nil` when `text` is neither form.
    public static func split(_ text: some StringProtocol) -> (host: String, port: Int?)? {
        let text = String(text)
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            let host = String(text[text.index(after: text.startIndex)..<end])
            let rest = text[text.index(after: end)...]
            if rest.isEmpty { return (host, nil) }
            guard rest.hasPrefix(":"), let port = port(rest.dropFirst()) else { return nil }
            return (host, port)
        }
        guard let colon = text.lastIndex(of: ":") else { return (text, nil) }
        // More than one colon is an address of IPv6 without a port.
        if text[..<colon].contains(":") { return (text, nil) }
        guard let port = port(text[text.index(after: colon)...]) else { return nil }
        return (String(text[..<colon]), port)
    }

    private static func port(_ text: Substring) -> Int? {
        UInt16(text).flatMap { $0 > 0 ? Int($0) : nil }
    }
}
