import ArgumentParser
import Build
import CacheAPI
import Chunking
import Dockerfile
import FoundationEssentials
import Glibc
import OCI
import SystemPackage

/// `docker build`, done by `larder build` when the outcome is what docker's would be, else by docker.
struct ShimBuild: Sendable {
    let shim: DockerShim
    /// What follows `build`.
    let words: [String]

    func run() async -> Int32 {
        var build: DockerBuild
        var order: BuildOrder
        do {
            build = try DockerBuild(words, environment: shim.surroundings.environment)
            build.add(DockerProxies(shim.surroundings))
            order = try BuildOrder(try BuildFlags.parse(build.larderArguments), in: shim.surroundings)
        } catch let refusal as DockerBuild.Refusal {
            return await handOver(refusal.why)
        } catch {
            return await handOver(BuildFlags.message(for: error))
        }
        if build.readsInput {
            do {
                try ShimInput.keep()
            } catch {
                DockerShim.say("standard input cannot be read: \(error)")
                return 1
            }
        }
        if let why = await obstacle(build, order) { return await handOver(why) }
        if build.checks { return await check(order) }
        // Docker takes no index.
        if shim.docker != nil, order.request.platforms.count == 1, build.staysLocal || build.pushes {
            order.request.fallbackOutputs = [.load]
        }
        // Names that the server stores under another one are no news to whoever writes docker's commands.
        order.warnings = []
        RootlessMode.restart()
        DockerShim.say("larder builds \(build.tags.joined(separator: ", "))")
        return await self.build(build, order)
    }

    private func check(_ order: BuildOrder) async -> Int32 {
        do {
            try await CheckRun(order: order, surroundings: shim.surroundings).run()
            return 0
        } catch let code as ExitCode {
            return code.rawValue
        } catch {
            return await handOver(BuildFlags.message(for: error))
        }
    }

    private func build(_ build: DockerBuild, _ order: BuildOrder) async -> Int32 {
        let outcome: BuildOutcome
        do {
            outcome = try await BuildRun(order: order, surroundings: shim.surroundings).build()
        } catch let code as ExitCode {
            return code.rawValue
        } catch {
            return await handOver(BuildFlags.message(for: error))
        }
        if let error = outcome.error {
            guard shim.docker != nil, Self.mayWorkWithDocker(error) else { return 1 }
            return await handOver("larder cannot")
        }
        let names = build.tags.compactMap { DockerName.canonical($0) }
        guard let image = outcome.image, let id = outcome.id else {
            // It was given to docker, or to nobody.
            shim.file.update { $0.gave(names) }
            return build.pushes ? pushWithDocker(build.tags) : 0
        }
        let images = build.tags.compactMap { tag -> ShimImage? in
            guard let reference = DockerName.reference(tag) else { return nil }
            return ShimImage(
                name: reference.description, given: tag, image: "\(reference.repository)@\(image.digest)",
                id: id.description, server: order.server.description, project: order.project.description)
        }
        if build.staysLocal { shim.file.update { for image in images { $0.add(image) } } }
        guard build.pushes else { return 0 }
        for image in images {
            let status = await ShimPush(shim: shim, words: []).push(image, as: image.given, isQuiet: false)
            if status != 0 { return status }
        }
        return 0
    }

    private func pushWithDocker(_ tags: [String]) -> Int32 {
        guard let docker = shim.docker else {
            DockerShim.say("the image cannot be pushed: the server does not have it, and there is no docker")
            return 1
        }
        for tag in tags {
            let status = docker.run(["push", tag])
            if status != 0 { return status }
        }
        return 0
    }

    /// Has docker build, which may build on images that it does not have yet.
    private func handOver(_ why: String) async -> Int32 {
        guard let docker = shim.docker else {
            DockerShim.say("larder cannot build this, because \(why), and there is no docker on the PATH that could")
            return 1
        }
        let reason = why.split(whereSeparator: \.isNewline).first.map(String.init) ?? why
        DockerShim.say("\(docker.program) builds, because \(reason)")
        try? ShimInput.rewind()
        let tags = (try? DockerArguments(words))?.flags.filter { $0.flag.treatment == .tag }.map(\.value) ?? []
        let names = tags.compactMap { DockerName.canonical($0) }
        let needed = shim.file.read().pending.filter { !names.contains($0.name) }
        guard await ShimLoad(shim: shim, docker: docker).run(needed) else { return 1 }
        shim.file.update { $0.gave(names) }
        return docker.become(shim.arguments)
    }

    /// Whether docker may do what larder could not: it builds other Dockerfiles, has rights that this user lacks, and has
    /// images that no registry has. A command that failed fails there, too.
    private static func mayWorkWithDocker(_ error: any Error) -> Bool {
        if let error = error as? DockerfileError { return error.code == .unsupported }
        guard let error = error as? BuildError else { return false }
        return [.notPermitted, .server, .io].contains(error.code)
            || (error.code == .invalidInput && error.description.contains("image"))
    }
}

extension ShimBuild {
    /// Why the image would not be docker's, if that is so.
    private func obstacle(_ build: DockerBuild, _ order: BuildOrder) async -> String? {
        if build.tellsID, build.staysLocal, keepsManifests() {
            return "docker's ids are those of manifests here, which --quiet and --iidfile would not give"
        }
        let state = shim.file.read()
        let isUnseen = order.request.origin != nil && order.request.origin != .standardInput
        if isUnseen || hasArchive(order), !state.local.isEmpty || !state.pending.isEmpty {
            return "the Dockerfile is in a context elsewhere, and may build on images that only docker has"
        }
        for name in baseNames(of: order, build) {
            guard let canonical = DockerName.canonical(name) else { continue }
            if state.local.contains(canonical) { return "\(name) is one of docker's own images" }
            guard let image = state.pending.first(where: { $0.name == canonical }) else { continue }
            if await !isFound(image, as: name, by: order) { return "\(name) is not what the server takes for it" }
        }
        return nil
    }

    /// Whether docker keeps images as containerd does, and knows them by the digests of their manifests.
    private func keepsManifests() -> Bool {
        shim.docker?.answer(["info", "--format", "{{json .DriverStatus}}"])?.contains("io.containerd") == true
    }

    /// The images that the Dockerfile builds on or copies from; none when it cannot be read, which the build will say.
    private func baseNames(of order: BuildOrder, _ build: DockerBuild) -> [String] {
        let path = order.request.dockerfile ?? order.request.context.appending("Dockerfile")
        var bytes = try? Data(contentsOf: URL(filePath: path.string))
        if build.readsInput {
            bytes = try? Data(contentsOf: URL(filePath: "/proc/self/fd/0"))
            try? ShimInput.rewind()
        }
        guard let bytes, let dockerfile = try? Dockerfile(parsing: Array(bytes), file: path.string) else { return [] }
        return (try? dockerfile.requiredImages(options: order.request.options))?.map(\.name) ?? []
    }

    /// Whether standard input is a context with a Dockerfile in it.
    private func hasArchive(_ order: BuildOrder) -> Bool {
        guard order.request.origin == .standardInput else { return false }
        defer { try? ShimInput.rewind() }
        return (try? ArchiveReader.isArchive("/proc/self/fd/0")) ?? false
    }

    /// Whether the server finds this very image under the name.
    private func isFound(_ image: ShimImage, as name: String, by order: BuildOrder) async -> Bool {
        guard image.server == order.server.description, image.project == order.project.description,
            var reference = try? ImageReference(name),
            reference.host == nil || reference.host?.description == order.server.registryHost,
            let server = try? ShimLoad.connection(for: image, in: shim.surroundings)
        else { return false }
        reference.host = nil
        let digest = try? await server.digest(of: reference)
        await server.shutdown()
        return digest.map { image.image.hasSuffix("@\($0)") } ?? false
    }
}
