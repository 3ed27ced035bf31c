import ArgumentParser
import CacheAPI
import FoundationEssentials
import OCI

/// `larderd evict`: removes everything that one identity wrote.
struct EvictCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evict",
        abstract: "Remove all that one identity wrote: steps, cache mounts, images, tags.",
        discussion: """
            For when a token was stolen or a runner was taken over. Take its rights away first. What it wrote is gone from \
            every scope, also where it was promoted to, and the next build that needs it runs its steps again. Tags of others \
            that pointed at an image of its go, too, and BuildKit caches that it had a part in. Identities are named as \
            in the audit log and by larder explain, as in token:ci-main; the name alone is enough.

            EXAMPLES:
              larderd evict --root /var/lib/larder --written-by token:ci-main --dry-run
              larderd evict --root /var/lib/larder --written-by token:ci-main --project shop --since 2026-11-21T02:13:00Z
              larderd evict --root /var/lib/larder --written-by job:github:org/repo@refs/heads/x --since 2d
            """)

    @OptionGroup var flags: SettingFlags
    @Option(help: ArgumentHelp("Who wrote it.", valueName: "IDENTITY")) var writtenBy: String
    @Option(help: ArgumentHelp("Look in this project only.", valueName: "NAME")) var project: String?
    @Option(help: ArgumentHelp("Only what was written since: a time in UTC, or how long ago.", valueName: "TIME|AGE"))
    var since: String?
    @Flag(help: "Tell what would be removed, and remove nothing.") var dryRun = false
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        if let project, ProjectName(project) == nil { throw ValidationError("'\(project)' is not a project name.") }
        if let since, Self.time(since) == nil {
            throw ValidationError(
                "--since is '\(since)'; valid is a time, as in 2026-11-21T02:13:00Z, or an age, as in 2d.")
        }
        guard !writtenBy.isEmpty else { throw ValidationError("--written-by needs an identity, as in token:ci-main.") }
    }

    func run() async throws {
        let settings = try await flags.settings()
        let order = EvictionOrder(
            writtenBy: writtenBy, project: project.flatMap { ProjectName($0) }, since: since.flatMap(Self.time),
            isTrial: dryRun)
        let report = try await order.carryOut(on: settings)
        print(json ? String(decoding: try JSONEncoder.report.encode(report), as: UTF8.self) : report.table)
    }

    private static func time(_ text: String) -> Int64? {
        if let seconds = Timestamp.seconds(text) { return seconds }
        return TimeSpan.parse(text).map { Int64(clamping: WallClock.seconds) - Int64(clamping: $0) }
    }
}
