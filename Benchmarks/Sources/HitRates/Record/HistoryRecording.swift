internal import Build
internal import Dockerfile
internal import FoundationEssentials
public import SystemPackage

/// Plans the build of each commit of a history, with the planner that `larder build` uses, and runs nothing.
public struct HistoryRecording: Sendable {
    /// The repository.
    public var repository: FilePath
    /// The Dockerfile in it.
    public var dockerfile = "Dockerfile"
    /// The build context in it; `.` for all of it.
    public var context = "."
    /// The last commit.
    public var revision = "HEAD"
    /// How many commits.
    public var commits = 300
    /// `--build-arg`.
    public var arguments: [String: String] = [:]
    /// `--target`.
    public var target: String?
    /// `os/arch[/variant]`.
    public var platform = "linux/amd64"
    /// What the history is called; `nil` for the name of the directory.
    public var name: String?
    /// What steps cost.
    public var costs: [CostRule] = []

    /// Makes a recording of a repository.
    public init(of repository: FilePath) {
        self.repository = repository
    }

    /// Makes the trace.
    /// - Parameters:
    ///   - directory: an empty directory for files that are removed by whoever made it.
    ///   - progress: is told how many commits of how many are done.
    /// - Throws: ``HitRatesError``.
    public func run(in directory: FilePath, progress: (Int, Int) -> Void) async throws(HitRatesError) -> Trace {
        let files = directory.appending("files")
        do {
            try FileManager.default.createDirectory(atPath: files.string, withIntermediateDirectories: true)
        } catch {
            throw HitRatesError(.io, "\(files) cannot be made: \(error)")
        }
        let history = try await GitHistory(of: repository, files: files, index: directory.appending("index"))
        let commits = try await history.commits(self.commits, to: revision)
        let title = name ?? repository.lastComponent?.string ?? repository.string
        var recorder = TraceRecorder(
            TraceHeader(source: title, dockerfile: dockerfile, platform: platform), costs: costs)
        let request = request(files, state: directory.appending("state"))
        let builder = Builder(server: nil, events: Silence())
        for (number, commit) in commits.enumerated() {
            try await history.lay(commit)
            let id = String(commit.id.prefix(12))
            do {
                recorder.add(try await builder.outline(request), commit: id, time: commit.time)
            } catch {
                recorder.add(failure: Self.reason(of: error), commit: id, time: commit.time)
            }
            progress(number + 1, commits.count)
        }
        recorder.finish()
        return recorder.trace
    }

    private func request(_ files: FilePath, state: FilePath) -> BuildRequest {
        var request = BuildRequest(context: files.appending(context).lexicallyNormalized(), stateDirectory: state)
        request.dockerfile = files.appending(dockerfile).lexicallyNormalized()
        request.options.buildArguments = arguments
        request.options.target = target
        request.options.platform = platform
        request.options.buildPlatform = platform
        // As a checkout with any umask would have it.
        request.normalizesModes = true
        return request
    }

    /// Why a commit cannot be planned; messages have text of the source.
    private static func reason(of error: any Error) -> String {
        switch error {
        case let error as DockerfileError: "Dockerfile: \(error.code)"
        case let error as BuildError: "\(error.code)"
        default: "failed"
        }
    }

    /// Nobody is told of warnings.
    private struct Silence: BuildEventSink {
        func take(_ event: BuildEvent) {}
    }
}
