/// Which hosts need no proxy: `NO_PROXY`, with the rules that docker and all programs in Go follow (golang.org/x/net,
/// http/httpproxy).
struct ProxyExceptions: Sendable {
    private enum Rule: Sendable {
        case all
        case address(InternetAddress, port: Int?)
        case network(InternetAddress, length: Int)
        /// `name` begins with a dot; `itself` tells whether the name without it counts, too.
        case domain(name: String, itself: Bool, port: Int?)
    }

    private let rules: [Rule]

    /// Reads entries between commas: `*`, an address, a network as in `10.0.0.0/8`, `example.com` with all that is below
    /// it, `.example.com` with only what is below it; addresses and names may have a port. What is none of these is
    /// passed over.
    init(_ text: String) {
        rules = text.split(separator: ",").compactMap { Self.rule($0.lowercased().filter { !$0.isWhitespace }) }
    }

    /// Whether there is no proxy for a host. This machine never needs one.
    func contains(host: String, port: Int) -> Bool {
        let host = host.lowercased()
        let address = InternetAddress(host)
        if host == "localhost" || address?.isLoopback == true { return true }
        return rules.contains { rule in
            switch rule {
            case .all: true
            case .address(let own, let ownPort): address == own && (ownPort ?? port) == port
            case .network(let network, let length): address?.isIn(network, length: length) == true
            case .domain(let name, let itself, let ownPort):
                (host.hasSuffix(name) || itself && host == name.dropFirst()) && (ownPort ?? port) == port
            }
        }
    }

    private static func rule(_ text: String) -> Rule? {
        if text == "*" { return .all }
        if let slash = text.firstIndex(of: "/") {
            guard let network = InternetAddress(text[..<slash]), let length = Int(text[text.index(after: slash)...]),
                (0...network.bytes.count * 8).contains(length)
            else { return nil }
            return .network(network, length: length)
        }
        guard let (host, port) = HostAndPort.split(text), !host.isEmpty else { return nil }
        if let address = InternetAddress(host) { return .address(address, port: port) }
        let name = host.hasPrefix("*.") ? String(host.dropFirst()) : host
        guard name != "." else { return nil }
        return .domain(name: name.hasPrefix(".") ? name : ".\(name)", itself: !name.hasPrefix("."), port: port)
    }
}
