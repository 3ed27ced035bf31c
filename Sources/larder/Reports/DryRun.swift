import Build

/// A look at a build without making anything.
struct DryRun: Sendable {
    let order: BuildOrder
    let surroundings: Surroundings

    /// Lends `look` a builder and what is to be built, and tells of what goes on meanwhile.
    /// - Throws: `ExitCode` once the reason was told, `ValidationError`.
    func run<Found: Sendable>(
        _ look: @escaping @Sendable (Builder, BuildRequest) async throws -> Found
    ) async throws -> Found {
        var request = order.request
        let input = order.readsDockerfileFromInput ? try InputDockerfile() : nil
        defer { input?.remove() }
        input?.become(of: &request)
        let (server, display) = order.begin(in: surroundings)
        return try await ServerTask.run(on: server, showing: display) { [request] in
            try await look(Builder(server: server, events: display), request)
        }
    }
}
