import ChunkStore

/// `GET /api/v1/projects`: the projects that whoever asks may read.
struct ProjectsAnswer: Encodable, Sendable {
    struct Project: Encodable, Sendable {
        let name: String
        let storage: StorageAnswer
        /// What the builds of the last seven days have come to.
        let week: HistoryAnswer.Span
        /// The same of the last fourteen days, by day.
        let days: HistoryAnswer

        init(_ statistics: Statistics.Project, _ history: ProjectHistory, now: Int64) {
            name = statistics.name
            storage = StorageAnswer(statistics)
            week = HistoryAnswer(history, count: 7, isHourly: false, now: now).sum
            days = HistoryAnswer(history, count: 14, isHourly: false, now: now)
        }
    }

    /// At most ``BuildHistory/projectsMaximum``, those made first.
    let projects: [Project]
    /// Whether there are more, which are to be asked for by their names.
    let hasMore: Bool
    /// Whether whoever asks may read all projects, and so what is told of the whole server.
    let readsAll: Bool
    /// Who asks.
    let identity: String
    let version: String
}
