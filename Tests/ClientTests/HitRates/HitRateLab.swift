import FoundationEssentials
import Subprocess
import SystemPackage
import TestSupport

/// Builds projects with Larder and with BuildKit, each with its cache on one server, and tells which steps an empty runner ran.
struct HitRateLab: Sendable {
    let pantry: Pantry
    let docker: DockerDaemon
    /// The image that `@BASE@` is.
    let base: String

    /// What an empty runner did.
    struct Result: Sendable {
        var steps: Set<BuildProgress.Step>
        var runByBuildKit: Set<BuildProgress.Step>
        var runByLarder: Set<BuildProgress.Step>

        /// Steps that BuildKit does not know under that name: of two equal steps in two stages it knows one.
        var unknown: Set<BuildProgress.Step> {
            let outlines = Set(steps.map(\.outline))
            return runByLarder.filter { !outlines.contains($0.outline) }
        }

        /// What Larder runs though BuildKit does not.
        var missed: Set<BuildProgress.Step> {
            let (outlines, unknown) = (Set(runByBuildKit.map(\.outline)), unknown)
            let texts = Set(outlines.map(\.instruction))
            return runByLarder.filter { step in
                unknown.contains(step) ? !texts.contains(step.outline.instruction) : !outlines.contains(step.outline)
            }
        }

        var row: HitRateTable.Row {
            .init(steps: steps.count, runByBuildKit: runByBuildKit.count, runByLarder: runByLarder.count)
        }
    }

    init(_ pantry: Pantry) async throws {
        self.pantry = pantry
        docker = try await DockerDaemon(.containerd, pantry.peers)
        base = try await pantry.importBase()
        try await makeBases()
    }

    /// Images with the layers of the base and other settings, and with another layer.
    private func makeBases() async throws {
        let bases = [
            "labelled": "LABEL note=other", "set": "ENV FROM_BASE=yes", "larger": "COPY Dockerfile /etc/more",
            "triggering": "ONBUILD COPY config /etc/config",
        ]
        for (name, line) in bases {
            let context = try pantry.context(["Dockerfile": "FROM \(base)\n\(line)\n"], named: "base-\(name)")
            try await larder("build", "-t", "shop/base:\(name)", context)
        }
    }

    /// Does what `example` says; its first build only if `isBegun` does not tell that it is there.
    func result(of example: HitRateCase, number: Int, isBegun: Bool) async throws -> Result {
        let name = example.sharesFirstBuild ? "shared-\(example.project.name)" : "case-\(number)"
        let directory = pantry.directory.appending("project-\(number)")
        try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
        let project = example.project
        try Data(filled(project.dockerfile, directory).utf8).write(
            to: URL(filePath: directory.appending("Dockerfile").string))
        try await run(project.context + example.before, in: directory)
        if !isBegun {
            try await build(example, example.firstOptions, writing: name, mayFail: example.failsFirst, in: directory)
        }
        if let meanwhile = example.meanwhile {
            try await run(meanwhile, in: directory)
            try await build(example, example.firstOptions, writing: name, mayFail: false, in: directory)
        }
        try await run(example.change, in: directory)
        let ours = try await buildWithLarder(
            "\(example.flags) \(example.options)", "--scope \(name)-second --base-scope \(name)", in: directory)
        let theirs = try await buildWithBuildKit(example.options, reading: name, in: directory)
        return Result(steps: Set(theirs.verdicts.keys), runByBuildKit: theirs.run, runByLarder: ours)
    }

    /// A build by both tools that leaves its cache as `name`.
    private func build(
        _ example: HitRateCase, _ options: String, writing name: String, mayFail: Bool, in directory: FilePath
    ) async throws {
        do {
            try await buildWithLarder("\(example.flags) \(options)", "--scope \(name)", in: directory)
            if mayFail { throw Unexpected() }
        } catch  where mayFail && !(error is Unexpected) {}
        do {
            let cache = "type=registry,ref=\(pantry.host)/hits/\(name):cache"
            try await docker.forget()
            _ = try await docker.build(
                directory.string,
                "--network none \(filled(options, directory)) --cache-from \(cache) --cache-to \(cache),mode=max --output type=cacheonly"
            )
            if mayFail { throw Unexpected() }
        } catch  where mayFail && !(error is Unexpected) {}
    }

    /// A build did not fail.
    struct Unexpected: Error {}

    /// Builds as an empty runner.
    @discardableResult
    private func buildWithLarder(
        _ options: String, _ scopes: String, in directory: FilePath
    ) async throws -> Set<BuildProgress.Step> {
        let (state, report) = (pantry.directory.appending("state"), pantry.directory.appending("report"))
        let larder = ServerProcess.executables.appending("larder")
        try await run(
            """
            rm -rf \(state)
            LARDER_SERVER=\(pantry.server.address) LARDER_STATE=\(state) LARDER_PROJECT=hits \
                \(larder) build --network none --progress plain \(scopes) --metadata-file \(report) \(options) .
            """, in: directory)
        let metadata = try JSONDecoder().decode(
            Metadata.self, from: Data(contentsOf: URL(filePath: report.string)))
        return metadata.run
    }

    private func buildWithBuildKit(
        _ options: String, reading name: String, in directory: FilePath
    ) async throws -> BuildProgress {
        try await docker.forget()
        return try await docker.build(
            directory.string,
            """
            --network none \(filled(options, directory)) --cache-from type=registry,ref=\(pantry.host)/hits/\(name):cache \
            --output type=cacheonly
            """)
    }

    private func filled(_ text: String, _ directory: FilePath) -> String {
        text.replacing("@BASE@", with: base).replacing("@HOST@", with: pantry.host)
            .replacing("@DIRECTORY@", with: directory.string)
    }

    private func larder(_ arguments: String...) async throws {
        try await run(
            """
            LARDER_SERVER=\(pantry.server.address) LARDER_STATE=\(pantry.directory)/state \
                \(ServerProcess.executables.appending("larder")) \(arguments.joined(separator: " "))
            """, in: pantry.directory)
    }

    private func run(_ script: String, in directory: FilePath) async throws {
        let outcome = try await Subprocess.run(
            .name("bash"),
            arguments: ["-ec", "umask 022; cd $1; " + filled(script, directory), "bash", directory.string],
            output: .discarded, error: .string(limit: 1 << 20))
        guard outcome.terminationStatus.isSuccess else {
            throw Peers.Failure(command: script, status: "\(outcome.terminationStatus)", said: outcome.standardError)
        }
    }

    /// What `--metadata-file` has of steps.
    private struct Metadata: Decodable {
        struct Step: Decodable {
            let stage: String
            let instruction: String
            let verdict: String
        }

        enum CodingKeys: String, CodingKey {
            case list = "larder.steps"
        }

        let list: [Step]

        /// Those that were run, named as BuildKit does.
        var run: Set<BuildProgress.Step> {
            Set(
                list.filter { $0.verdict == "run" }.map { step in
                    let stage = Int(step.stage) == nil ? step.stage : "stage-\(step.stage)"
                    return .init(stage: stage, instruction: step.instruction)
                })
        }
    }
}
