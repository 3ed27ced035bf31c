import SystemPackage
import TestSupport
import Testing

extension RealClients {
    /// Clients and a server with a certificate from an authority of one's own.
    @Suite struct SecureTests {
        @Test("Without the authority's certificate no client speaks with the server; with it all push and pull")
        func privateAuthority() async throws {
            try await Pantry.runSecure(with: "dockerd", "podman", "skopeo") { pantry in
                let host = "\(Peers.secureName):\(pantry.server.port)"
                try await pantry.importBase()
                let steps = "COPY motd /etc/motd\nRUN echo built >/built\n"
                let context = try pantry.context([
                    "Dockerfile": "FROM shop/base:1\n\(steps)", "motd": "hello\n",
                    "Dockerfile.docker": "FROM \(host)/shop/base:1\n\(steps)",
                ])
                try await pantry.larder("build", "-t", "shop/api:1", context)
                #expect(try await pantry.larder("plan", "-t", "shop/api:1", context).contains("RUN echo built"))

                let docker = try await DockerDaemon(.containerd, pantry.peers)
                let classic = try await DockerDaemon(.classic, pantry.peers)
                let copy = "skopeo copy --quiet docker://$1/shop/api:1 docker://$1/shop/api:skopeo"
                // Docker's classic store asks nobody on the loopback for a certificate (moby, registry/config.go: insecure CIDRs).
                for refused in [
                    { try await docker("docker pull --quiet $1/shop/api:1", host) },
                    { try await pantry.peers("podman pull --quiet $1/shop/api:1", host) },
                    { try await pantry.peers(copy, host) },
                ] as [@Sendable () async throws -> String] {
                    let failure = await #expect(throws: Peers.Failure.self) { _ = try await refused() }
                    #expect(failure?.said.contains("certificate") == true, "\(failure?.said ?? "")")
                }
                try await pantry.peers(
                    "mkdir -p /etc/docker/certs.d/$1; cp $2 /etc/docker/certs.d/$1/ca.crt",
                    host, "\(pantry.directory)/authority.pem")

                for (daemon, tag) in [(docker, "containerd"), (classic, "classic")] {
                    try await daemon(
                        """
                        docker pull --quiet $1/shop/api:1
                        docker tag $1/shop/api:1 $1/shop/api:$2
                        docker push --quiet $1/shop/api:$2
                        """, host, tag)
                }
                _ = try await docker.build(
                    context,
                    "--network host --file '\(context)/Dockerfile.docker' --tag \(host)/shop/api:buildkit --output type=registry"
                )
                try await pantry.peers(
                    """
                    podman pull --quiet $1/shop/api:buildkit
                    podman push --quiet $1/shop/api:buildkit $1/shop/api:podman
                    """, host)
                try await pantry.peers(copy, host)
                let digests = try await pantry.peers(
                    """
                    for tag in 1 skopeo; do
                        skopeo inspect --format '{{.Digest}}' docker://$1/shop/api:$tag
                    done | sort -u | wc -l
                    skopeo list-tags docker://$1/shop/api | grep -c -E 'containerd|classic|buildkit|podman|skopeo'
                    """, host)
                #expect(digests == "1\n5\n")
            }
        }
    }
}
