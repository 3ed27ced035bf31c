import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

extension RealClients {
    /// What users of a gated server see.
    @Suite struct ScanGateTests {
        /// Lends a server whose scanner refuses the repository `shop/bad`.
        private static func run(
            with program: String, _ body: @escaping @Sendable (Pantry) async throws -> Void
        ) async throws {
            try await withTemporaryDirectory { directory in
                let judge = directory.appending("judge").string
                let script = """
                    #!/bin/sh
                    if test $LARDER_REPOSITORY = shop/bad; then
                        echo '{"verdict": "refuse", "reason": "CVE-2026-1 in libold", "scanner": "script 1"}'
                    else
                        echo '{"verdict": "pass", "scanner": "script 1", "findings": {"low": 3}}'
                    fi

                    """
                try Data(script.utf8).write(to: URL(filePath: judge))
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: judge)
                let file = directory.appending("gate.json").string
                try Data("{\"command\": [\"\(judge)\", \"{layout}\"]}".utf8).write(to: URL(filePath: file))
                try await Pantry.run(with: program, "oras", options: ["--scan-gate", file], body)
            }
        }

        private static let context = [
            "Dockerfile": "FROM scratch\nCOPY a /a\n", "a": "\(UInt64.random(in: .min ... .max))",
        ]

        @Test("docker shows why its push is refused, and pushes what passes", arguments: DockerDaemon.Store.allCases)
        func docker(store: DockerDaemon.Store) async throws {
            try await Self.run(with: "dockerd") { pantry in
                let docker = try await DockerDaemon(store, pantry.peers)
                let context = try pantry.context(Self.context)
                let names = ["\(pantry.host)/shop/bad:1", "\(pantry.host)/shop/good:1"]
                _ = try await docker.build(context, "--tag \(names[0]) --tag \(names[1]) --load")
                let refused = try await docker("docker push $1 2>&1 && exit 1 || true", names[0])
                #expect(refused.contains("CVE-2026-1 in libold"), "\(refused)")
                let pushed = try await docker("docker push $1 2>&1", names[1])
                #expect(pushed.contains("digest: sha256:"), "\(pushed)")
                try await docker("docker pull $1 >&2 && ! docker pull $2 >&2", names[1], names[0])
                // BuildKit pushes by itself.
                let built = try await docker(
                    "docker buildx build --push --tag $1 $2 2>&1 && exit 1 || true", names[0], context)
                #expect(built.contains("403") || built.contains("CVE-2026-1"), "\(built)")
            }
        }

        @Test(
            "crane, skopeo and podman do, too, and oras discovers the verdict",
            arguments: ["crane", "skopeo", "podman"])
        func others(program: String) async throws {
            try await Self.run(with: program) { pantry in
                let context = try pantry.context(Self.context)
                try await pantry.larder("build", "-t", "shop/good:1", context)
                let (good, bad) = ("\(pantry.host)/shop/good:1", "\(pantry.host)/shop/bad:1")
                let copy =
                    switch program {
                    case "crane": "crane copy --insecure $1 $2"
                    case "skopeo": "skopeo copy --src-tls-verify=false --dest-tls-verify=false docker://$1 docker://$2"
                    default: "podman pull --tls-verify=false $1 >&2 && podman push --tls-verify=false $1 $2"
                    }
                let said = try await pantry.peers("\(copy) 2>&1 && exit 1 || true", good, bad)
                #expect(said.contains("CVE-2026-1 in libold"), "\(said)")
                try await pantry.peers("\(copy) >&2", good, "\(pantry.host)/shop/other:1")
                let found = try await pantry.peers(
                    "oras discover --plain-http --artifact-type $2 --format json $1", "\(pantry.host)/shop/other:1",
                    "application/vnd.larder.verdict.v1+json")
                #expect(found.contains(#""io.larder.verdict": "pass""#), "\(found)")
            }
        }

        @Test("larder build says why the server does not take its image")
        func larder() async throws {
            try await Self.run(with: "oras") { pantry in
                let context = try pantry.context(Self.context)
                let failure = await #expect(throws: Peers.Failure.self) {
                    try await pantry.larder("build", "-t", "shop/bad:1", context)
                }
                #expect(failure?.said.contains("CVE-2026-1 in libold") == true, "\(failure?.said ?? "")")
            }
        }
    }
}
