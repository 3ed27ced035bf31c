internal import CacheAPI
internal import Spelling

/// What a rule gives, with claims in it.
struct GrantTemplate: Hashable, Sendable {
    static let keys = ["project", "scope", "reads", "rights", "tags"]

    private let projects: [ClaimTemplate]
    private let scopes: [ClaimTemplate]
    private let reads: [ClaimTemplate]
    private let rights: Rights
    /// `nil` for the tags that go with the scopes.
    private let tags: [ClaimTemplate]?

    /// - Throws: `invalidRules`.
    init(_ fields: DocumentFields) throws(AccessError) {
        guard let projects = try fields.templates("project"), !projects.isEmpty else {
            throw fields.flaw("project", "is missing; write a name, or claims, as in {repository|last|lower}")
        }
        self.projects = projects
        scopes = try fields.templates("scope") ?? []
        reads = try fields.templates("reads") ?? []
        tags = try fields.templates("tags")
        rights = try Self.rights(fields)
        for pattern in tags ?? [] where pattern.isLiteral && TagPattern(pattern.literal) == nil {
            throw fields.flaw("tags", "has '\(pattern.text)', which fits no tag: write TAG or REPOSITORY:TAG")
        }
        for project in projects where project.isLiteral && !Self.mayFitProjects(project.literal) {
            throw fields.flaw("project", "is '\(project.text)', which is the name of no project: use lower case")
        }
        if rights.contains(.write), !rights.contains(.admin), scopes.isEmpty, tags == nil {
            throw fields.flaw("scope", "is missing: the rule gives the right 'write', and nothing to write to")
        }
    }

    /// The claims in it, each with the key that has it.
    var claims: [(String, ClaimName)] {
        [("project", projects), ("scope", scopes), ("reads", reads), ("tags", tags ?? [])].flatMap { key, templates in
            templates.flatMap(\.claims).map { (key, $0) }
        }
    }

    private static func rights(_ fields: DocumentFields) throws(AccessError) -> Rights {
        guard let names = try fields.texts("rights") else { return .read }
        var rights: Rights = []
        for name in names {
            guard let right = Rights(name) else {
                let known = ["read", "write", "delete", "admin"]
                let advice = NearestName.of(name, among: known).map { "did you mean '\($0)'?" }
                throw fields.flaw(
                    "rights", "has '\(name)'; " + (advice ?? "valid are \(known.joined(separator: ", "))"))
            }
            rights.formUnion(right)
        }
        guard !rights.isEmpty else { throw fields.flaw("rights", "has none; a rule that gives nothing is not needed") }
        return rights
    }

    private static func mayFitProjects(_ text: String) -> Bool {
        ProjectName(text.replacing("*", with: "x")) != nil
    }

    /// The grants for `claims`, one for each project.
    /// - Throws: the claim that is missing, or of which no name can be made.
    func grants(for claims: ClaimSet) throws(ClaimMismatch) -> [Grant] {
        let scopes = try patterns(self.scopes, claims)
        let reads = try patterns(self.reads, claims)
        let tags = try tagPatterns(claims)
        var grants: [Grant] = []
        for project in projects {
            let pattern: NamePattern
            if project.isLiteral, let literal = NamePattern(project.literal) {
                pattern = literal
            } else {
                let text = try project.filled(from: claims)
                guard ProjectName(text) != nil else {
                    throw project.mismatch(
                        "'\(ClaimMismatch.shown(text))', which is the name of no project; is '|lower' missing?")
                }
                pattern = NamePattern(only: text)
            }
            grants.append(Grant(projects: pattern, rights: rights, scopes: scopes, readScopes: reads, tags: tags))
        }
        return grants
    }

    private func patterns(_ templates: [ClaimTemplate], _ claims: ClaimSet) throws(ClaimMismatch) -> [NamePattern] {
        var patterns: [NamePattern] = []
        for template in templates {
            if template.isLiteral {
                if let pattern = NamePattern(template.literal) { patterns.append(pattern) }
                continue
            }
            let text = try template.filled(from: claims)
            guard ScopeName(text) != nil, let pattern = NamePattern(text) else {
                throw template.mismatch("'\(ClaimMismatch.shown(text))', which is the name of no scope")
            }
            // A '*' is the rule's own: no claim has one.
            patterns.append(pattern)
        }
        return patterns
    }

    private func tagPatterns(_ claims: ClaimSet) throws(ClaimMismatch) -> Grant.Tags {
        guard let tags else { return .ofScopes }
        var patterns: [TagPattern] = []
        for template in tags {
            // A ':' of a claim would make another repository of it.
            let text = try template.filled(from: claims, without: ":")
            guard let pattern = TagPattern(text) else {
                throw template.mismatch("'\(ClaimMismatch.shown(text))', which fits no tag")
            }
            patterns.append(pattern)
        }
        return .matching(patterns)
    }
}
