import ChildPrograms
internal import FoundationEssentials

/// Servers that know only the base image: made once for each kind, and copied for each use.
struct ServerShelf {
    private let settings: RunSettings

    /// Makes one of each kind that the contenders use, on loopback.
    init(_ settings: RunSettings) throws {
        self.settings = settings
        for kind in Set(settings.contenders.map(\.server)) { try makeTemplate(kind) }
    }

    private func makeTemplate(_ kind: ServerKind) throws {
        do {
            let server = try start(kind, in: template(kind), at: "127.0.0.1", namespace: nil)
            defer { server.stop() }
            try stock(kind)
        }
        guard kind != .dockerRegistry else { return }
        // A server that has had a base image for some minutes has packed it.
        _ = try ChildProgram.output(["\(settings.programs.larder)/larderd", "maintain", "--root", template(kind)])
    }

    private func template(_ kind: ServerKind) -> String { "\(settings.disk)/base-\(kind.rawValue)" }

    /// Starts one in the place of the last one.
    func newServer(_ kind: ServerKind, on link: Link) throws -> HeldProgram {
        let directory = "\(settings.disk)/server"
        try? FileManager.default.removeItem(atPath: directory)
        _ = try ChildProgram.output(["cp", "--archive", template(kind), directory])
        return try start(kind, in: directory, at: link.serverAddress, namespace: link.namespace)
    }

    private func start(
        _ kind: ServerKind, in directory: String, at address: String, namespace: NetworkNamespace?
    ) throws -> HeldProgram {
        let program: [String] =
            switch kind {
            case .larder, .larderRegistry: ["larderd", "\(settings.programs.larder)/larderd"]
            case .dockerRegistry: ["docker-registry"]
            }
        let command = [settings.hold] + program + [directory, address, "\(settings.port)"]
        return try HeldProgram(namespace?.command(command) ?? command, log: "\(settings.results)/servers.log")
    }

    /// Gives it both base images.
    private func stock(_ kind: ServerKind) throws {
        let images = [(BaseImage.name, settings.base), (BaseImage.changedName, settings.changedBase)]
        guard kind != .larder else {
            for (name, tar) in images {
                _ = try ChildProgram.output([
                    "\(settings.programs.larder)/larder", "import", "--server", "http://127.0.0.1:\(settings.port)",
                    tar, name,
                ])
            }
            return
        }
        // As docker push compresses them, which base images mostly are. From a base of zstd BuildKit fetched the base's layer again in
        // every build.
        let runner = "\(settings.disk)/stock"
        let docker = try Runner(in: runner, hasDocker: true, settings)
        defer { docker.stop() }
        for (name, tar) in images {
            let image = "127.0.0.1:\(settings.port)/\(name)"
            let variables = ["HOME": runner, "DOCKER_HOST": "unix://\(docker.dockerSocket ?? "")"]
            for command in [["import", "--change", "CMD [\"/bin/sh\"]", tar, image], ["push", "--quiet", image]] {
                _ = try ChildProgram.output(settings.programs.peer(variables, ["docker"] + command))
            }
        }
    }

    /// Puts the other contents under the base image's tag.
    func changeBase(on link: Link) throws {
        let manifests = "http://\(link.serverAddress):\(settings.port)/v2/\(BaseImage.repository)/manifests"
        let file = "\(settings.disk)/manifest"
        func tag(_ name: String) -> String { String(name.dropFirst(BaseImage.repository.count + 1)) }
        let forms = [
            "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
            "application/vnd.docker.distribution.manifest.list.v2+json",
            "application/vnd.docker.distribution.manifest.v2+json",
        ]
        let form = try ChildProgram.output([
            "curl", "--silent", "--show-error", "--fail", "--header", "Accept: \(forms.joined(separator: ", "))",
            "--output", file, "--write-out", "%{content_type}", "\(manifests)/\(tag(BaseImage.changedName))",
        ])
        _ = try ChildProgram.output([
            "curl", "--silent", "--show-error", "--fail", "--request", "PUT", "--header", "Content-Type: \(form)",
            "--data-binary", "@\(file)", "\(manifests)/\(tag(BaseImage.name))",
        ])
    }
}
