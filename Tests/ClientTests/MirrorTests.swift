import Testing

extension RealClients {
    /// `larderd` between clients and another registry, which is Debian's docker-registry here.
    @Suite struct MirrorTests {
        /// Starts a registry with the image `library/tiny:1` on a free port, and lends that port and a way to end it.
        private static func withUpstream(
            for client: String,
            _ body: @Sendable (_ port: String, _ stop: @Sendable () async throws -> Void, Pantry) async throws -> Void
        ) async throws {
            try await Pantry.run(with: client, "docker-registry", "skopeo") { pantry in
                // An image of which no client has a part already, which it would not ask for then.
                let unique = "\(UInt64.random(in: .min ... .max))"
                let context = try pantry.context(["Dockerfile": "FROM scratch\nCOPY a /a\n", "a": unique])
                try await pantry.larder("build", "-t", "shop/tiny:1", context)
                let port = try await pantry.peers(
                    """
                    printf '%s\\n' 'version: 0.1' 'log: {level: info}' 'http: {addr: "127.0.0.1:0"}' \
                        "storage: {filesystem: {rootdirectory: $1/upstream}}" >$1/upstream.yml
                    docker-registry serve $1/upstream.yml >$1/upstream.log 2>&1 </dev/null &
                    echo $! >$1/upstream.pid
                    until grep -q 'listening on' $1/upstream.log; do kill -0 $!; sleep 0.05; done
                    port=$(grep -o 'listening on 127.0.0.1:[0-9]*' $1/upstream.log | grep -o '[0-9]*$')
                    skopeo copy --quiet --src-tls-verify=false --dest-tls-verify=false docker://$2 \
                        docker://127.0.0.1:$port/library/tiny:1
                    echo $port
                    """, "\(pantry.directory)", "\(pantry.host)/shop/tiny:1")
                let stop: @Sendable () async throws -> Void = {
                    try await pantry.peers("kill $(cat $1/upstream.pid) 2>/dev/null || true", "\(pantry.directory)")
                }
                do {
                    try await body(String(port.dropLast()), stop, pantry)
                } catch {
                    try await stop()
                    throw error
                }
                try await stop()
            }
        }

        @Test(
            "docker's registry-mirrors may be larderd, which serves what it has when the registry is gone",
            arguments: DockerDaemon.Store.allCases)
        func docker(store: DockerDaemon.Store) async throws {
            try await Self.withUpstream(for: "dockerd") { port, stop, outer in
                let docker = try await DockerDaemon(store, outer.peers)
                try await Pantry.run(options: Self.options(port)) { pantry in
                    try await docker.setMirror("http://\(pantry.host)")
                    let pull = "docker pull --quiet tiny:1; docker image inspect --format '{{.Id}}' tiny:1"
                    let first = try await docker(pull)
                    try await docker("docker rmi tiny:1")
                    try await stop()
                    #expect(try await docker(pull) == first)
                    try await docker("docker rmi tiny:1")
                    // BuildKit asks the mirror itself.
                    try await docker.forget()
                    let context = try pantry.context(["Dockerfile": "FROM tiny:1\nCOPY b /b\n", "b": "b"])
                    _ = try await docker.build(context, "--tag shop/api")
                }
                try await docker.setMirror(nil)
            }
        }

        @Test("podman's registries.conf may name larderd, which serves what it has when the registry is gone")
        func podman() async throws {
            try await Self.withUpstream(for: "podman") { port, stop, _ in
                try await Pantry.run(options: Self.options(port)) { pantry in
                    let script = """
                        printf '[[registry]]\\nprefix = "docker.io"\\nlocation = "docker.io"\\n' >$2/registries.conf
                        printf '[[registry.mirror]]\\nlocation = "%s"\\ninsecure = true\\n' $1 >>$2/registries.conf
                        export CONTAINERS_REGISTRIES_CONF=$2/registries.conf
                        podman rmi --all --force >&2
                        podman pull --quiet docker.io/library/tiny:1
                        """
                    let arguments = [pantry.host, "\(pantry.directory)"]
                    let first = try await pantry.peers.run(script, arguments)
                    try await stop()
                    #expect(try await pantry.peers.run(script, arguments) == first)
                }
            }
        }

        /// Tags are asked for again each time.
        private static func options(_ port: String) -> [String] {
            ["--mirrors", "up=127.0.0.1:\(port)", "--default-mirror", "127.0.0.1:\(port)", "--mirror-freshness", "0s"]
        }
    }
}
