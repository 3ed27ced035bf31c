public import Dockerfile

extension Builder {
    /// Plans a build of `request` and says what checks find in its Dockerfile. Nothing is built, and of the context nothing is
    /// read.
    /// - Throws: ``DockerfileError``; `invalidInput`, `io`, `server` for base images that cannot be had.
    public func check(_ request: BuildRequest) async throws -> [BuildWarning] {
        let progress = ProgressLog(events)
        let link = ServerLink(server, progress)
        return try await FetchedContexts.lend(request, link, progress) { request in
            let state = try await BlockingThreads.run { try StateDirectory(request.stateDirectory) }
            let files = try await BlockingThreads.run { try BuildFiles.read(for: request) }
            let finder = BaseImages(link, state)
            return try await PreparedBuild.plan(files.dockerfile, request, finder, progress).0.warnings
        }
    }
}
