import Build
import CacheAPI
import OCI

/// What `larder ci` prints. The keys of the JSON object are a promise to scripts.
struct JobReport: Encodable {
    /// One thing that was found out, and what said it.
    struct Row: Encodable, Hashable {
        let name: String
        let value: String
        let source: String
    }

    /// `GitHub Actions`, `GitLab CI`, `Jenkins`, `Kubernetes`; absent outside of them.
    let system: String?
    /// Absent for what is no change, and where nothing says so.
    let fork: Bool?
    let scope: String
    let baseScopes: [String]
    let scopeReason: String
    /// Absent when nothing tells this job from others.
    let tag: String?
    let server: String?
    let identity: ShownIdentity
    /// Everything that was found out, with what said it.
    let found: [Row]

    init(job: DetectedJob, scopes: DetectedScopes, server: String?, identity: ShownIdentity) {
        system = job.system?.value
        fork =
            switch job.change?.origin {
            case .own: false
            case .fork: true
            case .unknown, nil: nil
            }
        scope = scopes.own.description
        baseScopes = scopes.bases.map(\.description)
        scopeReason = scopes.reason
        tag = UniqueTag.make(for: job, scope: scopes.own)
        self.server = server
        self.identity = identity
        found = Self.rows(of: job)
    }

    private static func rows(of job: DetectedJob) -> [Row] {
        var rows: [Row] = []
        func add(_ name: String, _ fact: DetectedJob.Fact?) {
            if let fact { rows.append(Row(name: name, value: fact.value, source: fact.source)) }
        }
        add("system", job.system)
        add(job.change?.term ?? "", job.change?.number)
        add("into", job.change?.target)
        add("branch", job.branch)
        add("tag", job.tag)
        if let change = job.change {
            let answer =
                switch change.origin {
                case .own: "no"
                case .fork: "yes"
                case .unknown: "perhaps; treated as one"
                }
            rows.append(Row(name: "fork", value: answer, source: change.originSource))
        }
        add("default branch", job.defaultBranch)
        add("commit", job.commit)
        add("run", job.run)
        return rows
    }

    /// The object.
    func json() throws -> String { String(decoding: try JSONDocument.encode(self), as: UTF8.self) }

    /// For people: a line for each thing, with what said it.
    var text: String {
        var rows = found
        rows.append(Row(name: "scope", value: scope, source: scopeReason))
        if !baseScopes.isEmpty {
            rows.append(Row(name: "looks in", value: ([scope] + baseScopes).joined(separator: ", "), source: ""))
        }
        rows.append(Row(name: "unique tag", value: tag ?? "none", source: tag == nil ? "no commit, no run" : ""))
        rows.append(Row(name: "server", value: server ?? "none", source: server == nil ? "set LARDER_SERVER" : ""))
        rows.append(Row(name: "identity", value: identity.what, source: identity.source ?? ""))
        let lines = rows.map { row in
            "\(Self.padded(row.name, to: 15)) \(row.value)" + (row.source.isEmpty ? "" : "   (\(row.source))")
        }
        return (lines + (identity.advice.map { ["", $0] } ?? [])).joined(separator: "\n")
    }

    private static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.utf8.count))
    }
}
