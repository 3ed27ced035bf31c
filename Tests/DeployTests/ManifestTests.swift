import FoundationEssentials
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// Files in `deploy` that are not run here: units, charts, manifests, man pages.
@Suite struct ManifestTests {
    private static let deploy = PipelineLab.repository.appending("deploy")

    private static let chartCheck = deploy.pushing("helm/check").string

    private static func run(_ command: String...) async throws -> PipelineLab.Outcome {
        let outcome = try await Subprocess.run(
            .path("/usr/bin/env"), arguments: Arguments(command), output: .string(limit: 1 << 20),
            error: .combinedWithOutput)
        return PipelineLab.Outcome(isSuccess: outcome.terminationStatus.isSuccess, output: outcome.standardOutput)
    }

    @Test(
        "The chart, the manifests, the compose file and the workflows are well formed and say what they should",
        .enabled(if: PipelineLab.readsYAML, "there is no python3-yaml"))
    func manifests() async throws {
        let script = FilePath(#filePath).removingLastComponent().pushing("Manifests/check.py")
        let outcome = try await Self.run("/usr/bin/python3", script.string, Self.deploy.string)
        #expect(outcome.isSuccess, "\(outcome.output)")
    }

    @Test(
        "The chart renders to what Kubernetes takes, and to deploy/kubernetes",
        .enabled("no helm and kubernetes-validate: deploy/helm/check --install, as `make test` does") {
            try await Self.run(Self.chartCheck, "--has-tools").isSuccess
        })
    func chart() async throws {
        let outcome = try await Self.run(Self.chartCheck)
        #expect(outcome.isSuccess, "\(outcome.output)")
    }

    @Test(
        "systemd finds the unit as little exposed as the documentation says",
        .enabled(if: hasProgram("systemd-analyze"), "there is no systemd-analyze"))
    func unit() async throws {
        // Ten times the level that Operations.md states.
        let outcome = try await Self.run(
            "systemd-analyze", "security", "--offline=true", "--threshold=12",
            Self.deploy.pushing("systemd/larderd.service").string)
        #expect(outcome.isSuccess, "\(outcome.output.suffix(300))")
    }

    /// Where `make build` has put programs, as it does in CI before the tests.
    private static let release = PipelineLab.repository.pushing(".build/release")

    @Test(
        "The packages of a release build have what they need, and their programs run where they are unpacked",
        .enabled(
            if: hasProgram("dpkg-shlibdeps") && hasProgram("patchelf")
                && FileManager.default.isExecutableFile(atPath: release.appending("larderd").string),
            "there is no release build, or no dpkg-dev and patchelf"))
    func packages() async throws {
        try await withTemporaryDirectory { directory in
            let packing = try await Self.run(
                "LARDER_PACKAGE_LEVEL=0", Self.deploy.pushing("package/debian").string, Self.release.string,
                directory.string)
            #expect(packing.isSuccess, "\(packing.output)")
            let files = packing.output.split(separator: "\n").map(String.init).filter { $0.hasSuffix(".deb") }
            #expect(files.count == 2)
            let root = directory.appending("root").string
            for file in files {
                let (unpacking, needs) = (
                    try await Self.run("dpkg-deb", "--extract", file, root),
                    try await Self.run("dpkg-deb", "--field", file, "Depends")
                )
                #expect(unpacking.isSuccess && needs.output.contains("libzstd1"), "\(needs.output)")
            }
            for program in ["larder", "larderd"] {
                let version = try await Self.run("\(root)/usr/bin/\(program)", "--version")
                #expect(version.isSuccess && version.output.hasPrefix("0."), "\(version.output)")
            }
            for file in [
                "lib/systemd/system/larderd.service", "etc/larder/larderd.json", "usr/share/man/man1/larder.1.gz",
            ] {
                #expect(FileManager.default.fileExists(atPath: "\(root)/\(file)"), "\(file)")
            }
        }
    }

    @Test("Every command has a man page that shows its flags", arguments: ["larder", "larderd"])
    func manual(program: String) async throws {
        try await withTemporaryDirectory { directory in
            let path = ServerProcess.executables.appending(program).string
            let outcome = try await Self.run(Self.deploy.pushing("package/manual").string, path, "1", directory.string)
            #expect(outcome.isSuccess, "\(outcome.output)")
            func page(_ name: String) throws -> String {
                String(decoding: try Data(contentsOf: URL(filePath: "\(directory)/\(name).1")), as: UTF8.self)
            }
            let own = try page(program)
            for section in ["NAME", "SYNOPSIS", "COMMANDS", "EXAMPLES", "EXIT STATUS", "SEE ALSO"] {
                #expect(own.contains(".SH \"\(section)\""), "\(section)")
            }
            let command = program == "larder" ? "push" : "backup"
            #expect(own.contains("\\fB\(program)\\-\(command)\\fR(1)"))
            #expect(try page("\(program)-\(command)").contains("\\fB\\-\\-help\\fR"))
        }
    }
}
