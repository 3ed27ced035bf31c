import ArgumentParser
import Build
import CacheAPI
import FoundationEssentials
import Glibc
import Networking
import SystemPackage

/// A build from the first look at its context to the last line about it.
struct BuildRun: Sendable {
    let order: BuildOrder
    let surroundings: Surroundings

    /// - Throws: `ExitCode` once the reason was told, `ValidationError`.
    func run() async throws {
        guard try await build().error == nil else { throw ExitCode.failure }
    }

    /// The same for those who go on after a build that failed.
    /// - Throws: `ExitCode` when a signal ended the build, or something else than the build failed; `ValidationError`.
    func build() async throws -> BuildOutcome {
        try checkFiles()
        var request = order.request
        let input = order.readsDockerfileFromInput ? try InputDockerfile() : nil
        defer { input?.remove() }
        input?.become(of: &request)
        let (server, display) = order.begin(in: surroundings)
        let builder = Builder(server: server, events: display)
        let (outcome, signal) = await Interruption.run(display) { [request] in await builder.run(request) }
        await display.finish()
        await server.shutdown()
        try report(outcome, server.traffic, server.trace, signal)
        return outcome
    }

    private func report(
        _ outcome: BuildOutcome, _ traffic: Traffic, _ trace: TraceContext, _ signal: Int32?
    ) throws {
        let names = order.request.tags.map { ImageNames.onServer($0, order.server) }
        if let signal {
            StandardError.write("ERROR: the build was interrupted\n")
            throw ExitCode(128 + signal)
        }
        if let error = outcome.error { StandardError.write("ERROR: \(error)\n") }
        if order.progress != .quiet, outcome.error == nil || !outcome.steps.isEmpty {
            let summary = BuildSummary(outcome, down: traffic.down, up: traffic.up, names: names)
            StandardError.write(summary.line + "\n")
        }
        let report = BuildReport(
            outcome: outcome, names: names, scope: order.request.scope, scopeReason: order.scopeReason,
            down: traffic.down, up: traffic.up)
        for flag in order.reports { try Self.write(report.text(flag.form), to: flag.file, "--report") }
        guard outcome.error == nil else { return }
        if let id = outcome.id {
            if let file = order.imageIDFile { try Self.write(Array("\(id)".utf8), to: file, "--iidfile") }
            if order.printsImageID { print(id) }
        }
        if let file = order.metadataFile {
            let metadata = BuildMetadata(
                outcome, platforms: order.request.platforms, names: names, scope: order.request.scope,
                trace: trace, down: traffic.down, up: traffic.up)
            try Self.write(metadata.json(), to: file, "--metadata-file")
        }
    }

    /// Finds out before anything runs what would stop the build in the end.
    private func checkFiles() throws {
        if order.request.origin == nil { try Self.checkDirectory(order.request.context, "PATH") }
        for (name, directory) in order.request.contexts.sorted(by: { $0.key < $1.key }) {
            try Self.checkDirectory(directory, "--build-context \(name)")
        }
        for (id, secret) in order.request.secrets {
            guard case .file(let path) = secret else { continue }
            guard FileManager.default.isReadableFile(atPath: path.string) else {
                throw ValidationError("--secret: '\(id)' is to come from '\(path)', which cannot be read")
            }
        }
        for (id, socket) in order.request.agents {
            var status = stat()
            let result = unsafe stat(socket.string, &status)
            guard result == 0, status.st_mode & S_IFMT == S_IFSOCK else {
                throw ValidationError(
                    "--ssh: '\(id)' is to be the agent at '\(socket)', which is no socket; add keys to an agent with "
                        + "ssh-add and give its socket")
            }
        }
    }

    private static func checkDirectory(_ path: FilePath, _ flag: String) throws {
        var isDirectory = false
        guard FileManager.default.fileExists(atPath: path.string, isDirectory: &isDirectory), isDirectory else {
            throw ValidationError("\(flag): '\(path)' is not a directory")
        }
    }

    private static func write(_ bytes: [UInt8], to path: FilePath, _ flag: String) throws {
        do {
            try Data(bytes).write(to: URL(filePath: path.string))
        } catch {
            StandardError.write(
                "ERROR: \(flag): '\(path)' cannot be written: \(SystemReason.words(for: error))\n")
            throw ExitCode.failure
        }
    }
}
