import Access
import FoundationEssentials
import SystemPackage

/// Whom a webhook tells, of what, and how.
struct WebhookRule: Hashable, Sendable {
    /// Where a secret is, so that none is in a file of settings or on a command line.
    enum SecretPlace: Hashable, Sendable {
        case file(FilePath)
        case variable(String)
    }

    static let keys = [
        "url", "secret-file", "secret-variable", "events", "projects", "ca-file", "insecure", "timeout",
        "give-up-after",
    ]

    let name: String
    let url: String
    /// The first signs, the others as well: while receivers change from one to the other.
    let secrets: [SecretPlace]
    /// Of which events; names or patterns.
    let events: [NamePattern]
    let projects: [NamePattern]
    /// Certificates of an authority that is believed besides the system's.
    let authorityFile: FilePath?
    /// How long one attempt may take. Seconds.
    let timeout: Int64
    /// How long it is tried to deliver an event. Seconds.
    let ageMaximum: Int64

    /// Reads one webhook of the document.
    /// - Throws: `invalidRules`, with the line.
    init(_ name: String, _ node: JSONNode) throws(AccessError) {
        guard Self.isName(name) else {
            throw AccessError(
                .invalidRules, line: node.line,
                "'\(name.prefix(80))' cannot name a webhook: use up to 40 lower-case letters, digits and '-'")
        }
        let fields = try DocumentFields(node, "webhook '\(name)'", known: Self.keys)
        self.name = name
        url = try Self.url(fields)
        secrets = try Self.secrets(fields)
        events = try Self.events(fields)
        projects = try Self.patterns("projects", fields) ?? [.anything]
        authorityFile = try fields.text("ca-file").map { FilePath($0) }
        timeout = try Self.time("timeout", fields, 1...60, "a time from 1s to 1m, as in 10s") ?? 10
        ageMaximum =
            try Self.time("give-up-after", fields, 60...2_592_000, "a time from 1m to 30d, as in 1d") ?? 86_400
    }

    /// Whether it tells of `event`.
    func tells(of event: RegistryEvent) -> Bool {
        guard events.contains(where: { $0.matches(event.kind.rawValue) }) else { return false }
        return event.contents.project.map { project in projects.contains { $0.matches(project) } } ?? true
    }

    /// Scheme, host and port: a path may have a secret in it.
    var origin: String {
        let end = url.index(url.startIndex, offsetBy: url.hasPrefix("https://") ? 8 : 7)
        return String(url[..<end] + url[end...].prefix { !"/?".contains($0) })
    }

    private static func isName(_ text: String) -> Bool {
        (1...40).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-")
            }
    }

    // MARK: Members

    private static func url(_ fields: DocumentFields) throws(AccessError) -> String {
        let url = try fields.requiredText("url", like: "\"https://ci.example.com/hooks/larder\"")
        let rest = url.hasPrefix("https://") ? url.dropFirst(8) : url.hasPrefix("http://") ? url.dropFirst(7) : ""
        let authority = rest.prefix { !"/?".contains($0) }
        guard !authority.isEmpty, !authority.contains("@"), URL(string: url) != nil,
            url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "#") })
        else {
            throw fields.flaw(
                "url", "must be an https URL without a login and '#', as in https://ci.example.com/hooks/larder")
        }
        var isInsecure = false
        if let node = fields["insecure"] {
            guard case .bool(let value) = node.value else { throw fields.flaw("insecure", "must be true or false") }
            isInsecure = value
        }
        guard isInsecure || url.hasPrefix("https://") || TrustedIssuer.isSafe("http://\(authority)") else {
            throw fields.flaw(
                "url",
                "is plain http, which whoever is on the way can read; use https, or say \"insecure\": true if the "
                    + "network is trusted")
        }
        return url
    }

    private static func secrets(_ fields: DocumentFields) throws(AccessError) -> [SecretPlace] {
        let files = try fields.texts("secret-file") ?? []
        let variables = try fields.texts("secret-variable") ?? []
        let places = files.map { SecretPlace.file(FilePath($0)) } + variables.map { .variable($0) }
        guard (1...4).contains(places.count) else {
            throw fields.flaw(
                "secret-file",
                "or 'secret-variable' must name 1 to 4 secrets, files or environment variables that hold what "
                    + "`echo whsec_$(openssl rand -base64 32)` prints")
        }
        return places
    }

    private static func events(_ fields: DocumentFields) throws(AccessError) -> [NamePattern] {
        guard let patterns = try patterns("events", fields) else { return [.anything] }
        let names = RegistryEvent.Kind.allCases.map(\.rawValue)
        for pattern in patterns where !names.contains(where: { pattern.matches($0) }) {
            throw fields.flaw(
                "events", "has '\(pattern)', which no event is called; there are \(names.joined(separator: ", "))")
        }
        return patterns
    }

    private static func patterns(_ name: String, _ fields: DocumentFields) throws(AccessError) -> [NamePattern]? {
        try fields.texts(name)?.compactMap { NamePattern($0) }
    }

    private static func time(
        _ name: String, _ fields: DocumentFields, _ range: ClosedRange<Int64>, _ valid: String
    ) throws(AccessError) -> Int64? {
        guard let text = try fields.text(name) else { return nil }
        guard let seconds = TimeSpan.parse(text).flatMap({ Int64(exactly: $0) }), range.contains(seconds) else {
            throw fields.flaw(name, "is '\(text.prefix(80))'; valid is \(valid)")
        }
        return seconds
    }
}
