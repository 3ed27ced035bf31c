import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

extension RealClients {
    /// A server that nobody uses without a log-in: clients log in as at any registry, push and pull, and without it they
    /// get nothing.
    @Suite struct LogInTests {
        /// The password is `secret`, hashed at the lowest cost.
        private static let passwords = """
            alice:$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW
            bob:$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW

            """
        private static let rules = """
            {"rules": [
                {"user": "alice", "project": "shop", "scope": "main", "rights": ["read", "write", "delete"]},
                {"user": "bob", "project": "shop", "rights": ["read"]}
            ]}
            """

        private static var files: [String: String] {
            [
                "Dockerfile": "FROM scratch\nCOPY a /a\n",
                "a": "\(UInt64.random(in: .min ... .max))\n" + String(repeating: "pantry\n", count: 10_000),
            ]
        }

        /// Lends a server with two users: alice writes, bob reads.
        private static func withClosedPantry(
            of programs: String..., body: @Sendable (Pantry) async throws -> Void
        ) async throws {
            for program in programs where !Peers.has(program) {
                try Test.cancel("\(program) is not installed: run deploy/peers install test")
            }
            let directory = try #require(Peers.current).directory.appending("closed")
            try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
            let (users, rules) = (directory.appending("htpasswd"), directory.appending("rules.json"))
            try Data(passwords.utf8).write(to: URL(filePath: users.string))
            try Data(Self.rules.utf8).write(to: URL(filePath: rules.string))
            try await Pantry.run(
                options: ["--htpasswd", users.string, "--access-rules", rules.string], body)
        }

        /// That `script`, which gets the arguments, does not succeed, and says why.
        private static func fails(
            _ words: [String], _ body: () async throws -> Void, _ location: SourceLocation = #_sourceLocation
        ) async {
            do {
                try await body()
                Issue.record("it succeeded", sourceLocation: location)
            } catch let failure as Peers.Failure {
                let said = failure.said.lowercased()
                #expect(words.contains { said.contains($0) }, "\(failure)", sourceLocation: location)
            } catch {
                Issue.record(error, sourceLocation: location)
            }
        }

        private static let refusals = [
            "unauthorized", "denied", "log in first", "lacks the right", "invalid username/password",
        ]

        @Test("docker", arguments: DockerDaemon.Store.allCases)
        func docker(store: DockerDaemon.Store) async throws {
            try await Self.withClosedPantry(of: "dockerd") { pantry in
                let docker = try await DockerDaemon(store, pantry.peers)
                let context = try pantry.context(Self.files)
                let name = "\(pantry.host)/shop/api:1"
                _ = try await docker.build(context, "--tag \(name) --load")
                await Self.fails(Self.refusals) { try await docker("docker push $1", name) }
                await Self.fails(Self.refusals) {
                    try await docker("echo wrong | docker login --username alice --password-stdin $1", pantry.host)
                }
                try await docker("echo secret | docker login --username alice --password-stdin $1", pantry.host)
                try await docker("docker push $1", name)
                try await docker.forget()
                try await docker("docker pull $1; docker logout $2", name, pantry.host)
                try await docker.forget()
                await Self.fails(Self.refusals) { try await docker("docker pull $1", name) }
                try await docker("echo secret | docker login --username bob --password-stdin $1", pantry.host)
                try await docker("docker pull $1; docker tag $1 $1-bob", name)
                await Self.fails(Self.refusals) { try await docker("docker push $1-bob", name) }
                try await docker("docker logout $1", pantry.host)
                try await docker.forget()
            }
        }

        @Test("BuildKit exports and imports a cache")
        func buildKit() async throws {
            try await Self.withClosedPantry(of: "dockerd") { pantry in
                let docker = try await DockerDaemon(.containerd, pantry.peers)
                let context = try pantry.context(Self.files)
                let cache = "type=registry,ref=\(pantry.host)/shop/api:cache"
                try await docker("echo secret | docker login --username alice --password-stdin $1", pantry.host)
                try await docker.forget()
                _ = try await docker.build(
                    context, "--tag \(pantry.host)/shop/api:2 --push --cache-to \(cache),mode=max")
                try await docker.forget()
                let again = try await docker.build(
                    context, "--cache-from \(cache) --output type=cacheonly")
                #expect(!again.steps.isEmpty && again.cached == again.steps, "\(again)")
                try await docker("docker logout $1", pantry.host)
                try await docker.forget()
                let stranger = try await docker.build(context, "--cache-from \(cache) --output type=cacheonly")
                #expect(stranger.cached.isEmpty, "\(stranger)")
            }
        }

        @Test("podman and buildah", arguments: ["podman", "buildah"])
        func podman(program: String) async throws {
            try await Self.withClosedPantry(of: program) { pantry in
                let context = try pantry.context(Self.files)
                let name = "\(pantry.host)/shop/\(program):1"
                let peers = pantry.peers
                try await peers("$1 build --tls-verify=false --tag $2 $3", program, name, context)
                await Self.fails(Self.refusals) { try await peers("$1 push --tls-verify=false $2", program, name) }
                await Self.fails(Self.refusals) {
                    try await peers(
                        "$1 login --tls-verify=false --username alice --password wrong $2", program, pantry.host)
                }
                try await peers(
                    """
                    $1 login --tls-verify=false --username alice --password secret $3
                    $1 push --tls-verify=false $2
                    $1 rmi --force $2
                    $1 pull --tls-verify=false $2
                    $1 logout $3
                    $1 rmi --force $2
                    """, program, name, pantry.host)
                await Self.fails(Self.refusals) { try await peers("$1 pull --tls-verify=false $2", program, name) }
            }
        }

        @Test("skopeo and crane")
        func skopeo() async throws {
            try await Self.withClosedPantry(of: "skopeo", "crane", "buildah") { pantry in
                let context = try pantry.context(Self.files)
                let peers = pantry.peers
                let name = "\(pantry.host)/shop/skopeo:1"
                try await peers(
                    """
                    buildah build --tag local/skopeo:1 $1
                    buildah push local/skopeo:1 oci:$3/image:1
                    skopeo copy --dest-tls-verify=false --dest-creds alice:secret oci:$3/image:1 docker://$2
                    skopeo inspect --tls-verify=false --creds bob:secret docker://$2
                    skopeo copy --src-tls-verify=false --src-creds bob:secret docker://$2 oci:$3/copy:1
                    """, context, name, pantry.directory.string)
                await Self.fails(Self.refusals) {
                    try await peers("skopeo inspect --tls-verify=false docker://$1", name)
                }
                await Self.fails(Self.refusals) {
                    try await peers(
                        "skopeo copy --dest-tls-verify=false --dest-creds bob:secret oci:$2/image:1 docker://$1", name,
                        pantry.directory.string)
                }
                try await peers(
                    """
                    crane auth login --username alice --password secret $2
                    crane digest $1
                    crane copy $1 $2/shop/crane:1
                    crane auth logout $2
                    """, name, pantry.host)
                await Self.fails(Self.refusals) { try await peers("crane digest $1", name) }
            }
        }
    }
}
