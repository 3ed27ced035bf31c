/// What was removed, or would be.
struct EvictionReport: Codable, Hashable, Sendable {
    /// In one project.
    struct Project: Codable, Hashable, Sendable {
        let project: String
        /// Step records, with copies in other scopes.
        var steps = 0
        /// What mounts of type cache held.
        var cacheMounts = 0
        /// What was noted of the steps' results for steps that copy from them.
        var aliases = 0
        /// What later misses were compared with.
        var trails = 0
        /// Images, indexes and artifacts.
        var manifests = 0
        /// Tags, also those of others that pointed at one of these images.
        var tags = 0

        var count: Int { steps + cacheMounts + aliases + trails + manifests + tags }
    }

    /// The projects in which there was something.
    var projects: [Project] = []
    /// Whether nothing was removed, since it was only asked.
    var isTrial = false

    /// How many records there were.
    var count: Int { projects.reduce(0) { $0 + $1.count } }

    /// As lines for people.
    var table: String {
        guard !projects.isEmpty else { return "nothing is there that was written by this identity" }
        let verb = isTrial ? "would be evicted" : "evicted"
        return projects.map { project in
            let rows = [
                ("  steps", project.steps), ("  cache mounts", project.cacheMounts), ("  aliases", project.aliases),
                ("  trails", project.trails), ("  images", project.manifests), ("  tags", project.tags),
            ]
            return "project \(project.project), \(verb):\n" + rows.map { ($0.0, "\($0.1)") }.aligned
        }.joined(separator: "\n")
    }
}
