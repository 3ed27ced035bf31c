import Access

/// All webhooks of a server: a file that its administrator writes.
struct WebhookRules: Hashable, Sendable {
    /// The most webhooks.
    static let countMaximum = 32

    /// By name.
    let all: [String: WebhookRule]

    static let none = WebhookRules(all: [:])

    private init(all: [String: WebhookRule]) {
        self.all = all
    }

    /// Reads a document.
    /// - Throws: `invalidDocument`, `invalidRules`, with the line.
    init(parsing bytes: [UInt8]) throws(AccessError) {
        let fields = try DocumentFields(try JSONNode(parsing: bytes), "the document", known: ["webhooks"])
        guard case .object(let members) = fields["webhooks"]?.value else {
            throw fields.flaw("webhooks", "must be an object with a member for each webhook")
        }
        guard members.count <= Self.countMaximum else {
            throw fields.flaw("webhooks", "has \(members.count) webhooks; at most \(Self.countMaximum) are possible")
        }
        var all: [String: WebhookRule] = [:]
        for member in members { all[member.name] = try WebhookRule(member.name, member.node) }
        self.all = all
    }

    /// The names of those that tell of `event`.
    func names(for event: RegistryEvent) -> [String] {
        all.values.filter { $0.tells(of: event) }.map(\.name).sorted()
    }
}
