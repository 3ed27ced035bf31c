import FoundationEssentials

/// Who did what to which project: one line of the audit log.
struct AuditEvent: Sendable {
    /// What came of it.
    enum Outcome: String, Sendable {
        case done
        /// Whoever asked has no right to it, or asked too often.
        case refused
        /// It was wrong or could not be done.
        case failed
    }

    /// When it ended.
    var time = Date.now
    var action: AuditAction
    var outcome = Outcome.done
    /// The status of the answer; `nil` for a command.
    var status: Int?
    /// The request, as in the log of the service.
    var request: String?
    /// Who: kind and name.
    var identity: String?
    /// What a job says of itself.
    var job: String?
    /// The address that the request came from.
    var client: String?
    var project: String?
    var scope: String?
    var repository: String?
    /// A tag, a digest, or a step key.
    var reference: String?
    /// The tags that a manifest was given.
    var tags: [String] = []
    /// How many it was about, where it was about several.
    var count: Int?

    init(_ action: AuditAction) {
        self.action = action
    }

    /// One JSON object and a line feed; what is not known is left out.
    var line: String {
        var line = "{\"time\":\"\(time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))\""
        func add(_ name: String, _ text: String?) {
            if let text { line += ",\"\(name)\":\(LogLine.quoted(text))" }
        }
        add("action", action.rawValue)
        add("outcome", outcome.rawValue)
        if let status { line += ",\"status\":\(status)" }
        add("identity", identity)
        add("job", job)
        add("client", client)
        add("project", project)
        add("scope", scope)
        add("repository", repository)
        add("reference", reference)
        if !tags.isEmpty { line += ",\"tags\":[\(tags.map(LogLine.quoted).joined(separator: ","))]" }
        if let count { line += ",\"count\":\(count)" }
        add("request", request)
        return line + "}\n"
    }
}
