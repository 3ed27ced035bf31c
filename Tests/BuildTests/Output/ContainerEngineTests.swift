import Glibc
import SystemPackage
import Testing

@testable import Build

@Suite("Images are loaded into the local engine", .serialized)
struct ContainerEngineTests {
    private static let canRunPodman = getuid() == 0 && ImageTools.has("podman")

    init() {
        // As the command line does it.
        signal(SIGPIPE, SIG_IGN)
    }

    @Test("podman takes an image", .enabled(if: canRunPodman, "podman is not installed, or this is not root"))
    func podman() async throws {
        let sample = try SampleExport()
        try await ImageTools.withDirectory { directory in
            let options = ["--root", "\(directory)/root", "--runroot", "\(directory)/run", "--storage-driver", "vfs"]
            let program = FilePath(String(try ImageTools.run("command -v podman").dropLast()))
            let engine = ContainerEngine(name: "podman", program: program, arguments: options)
            let said = try await engine.load(sample.export(["shop/api:2"]))
            #expect(said.contains { $0.contains("shop/api:2") })
            let podman = "podman " + options.joined(separator: " ")
            let layers = try ImageTools.run("\(podman) image inspect shop/api:2 --format '{{len .RootFS.Layers}}'")
            #expect(layers == "3\n")
        }
    }

    @Test("What an engine says when it fails is the error")
    func failure() async throws {
        try await ImageTools.withDirectory { directory in
            try ImageTools.run(
                "printf '#!/bin/sh\\necho cannot load >&2; exit 3\\n' > '\(directory)/docker'; chmod +x '\(directory)/docker'"
            )
            let engine = try ContainerEngine.find(in: "/nowhere:\(directory)")
            #expect(engine.name == "docker")
            let export = try SampleExport().export(["a"])
            let error = await #expect(throws: BuildError.self) { _ = try await engine.load(export) }
            #expect(error?.description.contains("cannot load") == true)
        }
    }

    @Test("An image that cannot be read is the error, whatever the engine says of its part")
    func unreadable() async throws {
        try await ImageTools.withDirectory { directory in
            try ImageTools.run(
                "printf '#!/bin/sh\\ncat >/dev/null; exit 1\\n' > '\(directory)/podman'; chmod +x '\(directory)/podman'"
            )
            let engine = try ContainerEngine.find(in: directory)
            let export = try SampleExport().export(["a"], damaged: true)
            let error = await #expect(throws: BuildError.self) { _ = try await engine.load(export) }
            #expect(error?.code == .corrupt)
        }
    }

    @Test("Without an engine it says which to install")
    func none() {
        let error = #expect(throws: BuildError.self) { try ContainerEngine.find(in: "/nowhere") }
        #expect(error?.code == .notPermitted)
        #expect(error?.description.contains("docker or podman") == true)
    }
}
