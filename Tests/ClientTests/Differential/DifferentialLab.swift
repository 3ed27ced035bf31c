import FoundationEssentials
import Subprocess
import SystemPackage
import TestSupport

/// Builds cases with both builders, and compares what they made.
struct DifferentialLab: Sendable {
    let pantry: Pantry
    let docker: DockerDaemon
    /// The image that `@BASE@` is.
    let base: String

    init(_ pantry: Pantry) async throws {
        self.pantry = pantry
        docker = try await DockerDaemon(.containerd, pantry.peers)
        base = "\(pantry.host)/diff/base:1"
        _ = try await TinyImage.tar(in: pantry.directory)
        // With what containers mount something over, as base images have it: BuildKit leaves what it makes there.
        try await run(
            """
            cd $1
            mkdir tree; tar -C tree -xf tiny.tar
            cd tree
            mkdir dev proc sys; : >etc/hosts; : >etc/resolv.conf; : >etc/hostname
            tar --create --numeric-owner --sort=name --mtime=@1700000000 --file=../base.tar .
            """, pantry.directory.string)
        try await pantry.larder("import", pantry.directory.appending("base.tar").string, "diff/base:1")
    }

    /// In what the results of `case` differ; empty when they do not.
    func differences(of example: DifferentialCase, number: Int) async throws -> [String] {
        let context = pantry.directory.appending("case-\(number)")
        try FileManager.default.createDirectory(atPath: context.string, withIntermediateDirectories: true)
        try await run("cd $1; umask 022; " + filled(example.context), context.string)
        try Data(filled(example.dockerfile).utf8).write(to: URL(filePath: context.appending("Dockerfile").string))
        let (ours, theirs) = ("diff/larder:\(number)", "diff/docker:\(number)")
        let saidByLarder = try await buildWithLarder(example, context, ours)
        let saidByDocker = try await buildWithDocker(example, context, theirs)
        if let refusal = example.refusal {
            return saidByLarder?.contains(refusal) == true && saidByDocker == nil
                ? [] : ["larder: \(saidByLarder ?? "builds it")", "docker: \(saidByDocker ?? "builds it")"]
        }
        switch (example.mustFail, saidByLarder, saidByDocker) {
        case (false, .some, .some) where example.mayFail: return []
        case (true, .some(let said), .some):
            guard let place = example.place, !said.contains("\(place):") else { return [] }
            return ["larder does not say that it is \(place): \(said.suffix(1_500))"]
        case (true, nil, _): return ["larder builds it"]
        case (true, _, nil): return ["docker builds it"]
        case (false, .some(let said), _): return ["larder fails: \(said.suffix(1_500))"]
        case (false, _, .some(let said)): return ["docker fails: \(said.suffix(1_500))"]
        case (false, nil, nil): break
        }
        let (larder, docker) = (try await snapshot(ours), try await snapshot(theirs))
        return larder.differences(from: docker, except: example.exceptions)
    }

    private func filled(_ text: String) -> String { text.replacing("@BASE@", with: base) }

    /// What `larder` said when it failed; `nil` when it did not.
    private func buildWithLarder(
        _ example: DifferentialCase, _ context: FilePath, _ tag: String
    ) async throws -> String? {
        let script = """
            cd $1
            exec "$2" build --network host --progress plain \(filled(example.options)) -t $3 .
            """
        let outcome = try await Subprocess.run(
            .name("bash"),
            arguments: Arguments([
                "-c", script, "bash", context.string, ServerProcess.executables.appending("larder").string, tag,
            ]),
            environment: .inherit.updating([
                "LARDER_SERVER": pantry.server.address, "LARDER_STATE": pantry.directory.appending("state").string,
                "LARDER_PROJECT": "diff",
            ]),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        return outcome.terminationStatus.isSuccess ? nil : outcome.standardError
    }

    /// The same of `docker`.
    private func buildWithDocker(
        _ example: DifferentialCase, _ context: FilePath, _ tag: String
    ) async throws -> String? {
        do {
            try await docker(
                """
                cd $1
                docker buildx build --network host --progress plain --provenance=false \(filled(example.options)) \
                    --output type=image,name=$2,push=true .
                """, context.string, "\(pantry.host)/\(tag)")
            return nil
        } catch let failure as Peers.Failure {
            return failure.said
        }
    }

    private func snapshot(_ name: String) async throws -> ImageSnapshot {
        let (image, place) = ("\(pantry.host)/\(name)", pantry.directory.appending("snapshot"))
        try await pantry.peers("crane config $1 >$2.json; crane export $1 $2.tar", image, place.string)
        func bytes(_ suffix: String) throws -> [UInt8] {
            Array(try Data(contentsOf: URL(filePath: place.string + suffix)))
        }
        return try ImageSnapshot(configuration: try bytes(".json"), tar: try bytes(".tar"))
    }

    private func run(_ script: String, _ arguments: String...) async throws {
        let outcome = try await Subprocess.run(
            .name("bash"), arguments: Arguments(["-ec", script, "bash"] + arguments), output: .discarded,
            error: .string(limit: 10_000))
        guard outcome.terminationStatus.isSuccess else {
            throw Peers.Failure(command: script, status: "\(outcome.terminationStatus)", said: outcome.standardError)
        }
    }
}
