import CacheAPI

/// What is to be removed, since whoever wrote it is not believed any more.
struct EvictionOrder: Codable, Hashable, Sendable {
    /// Kind and name of who wrote it, or the name alone.
    var writtenBy: String
    /// The only project to look in; `nil` for all.
    var project: ProjectName?
    /// Only what was written since. Seconds since 1970; `nil` for all.
    var since: Int64?
    /// Whether to tell only what would be removed.
    var isTrial: Bool

    /// Whether it is about what `author` wrote.
    func applies(to author: RecordAuthor?) -> Bool {
        guard let author, since.map({ author.time >= $0 }) ?? true else { return false }
        return author.identity == writtenBy
            || author.identity.split(separator: ":", maxSplits: 1).last.map(String.init) == writtenBy
    }
}
