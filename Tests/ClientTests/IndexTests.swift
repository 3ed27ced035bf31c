import Testing

extension RealClients {
    /// Images for several platforms.
    @Suite struct IndexTests {
        @Test("BuildKit pushes an image for two platforms, and each client gets its own")
        func twoPlatforms() async throws {
            try await Pantry.run(with: "dockerd", "crane", "skopeo") { pantry in
                let docker = try await DockerDaemon(.containerd, pantry.peers)
                let context = try pantry.context([
                    "Dockerfile": "FROM scratch\nARG TARGETARCH\nCOPY $TARGETARCH /name\n", "amd64": "amd64",
                    "arm64": "arm64",
                ])
                let name = "\(pantry.host)/shop/api:1"
                _ = try await docker.build(context, "--platform linux/amd64,linux/arm64 --tag \(name) --push")
                let inspected = try await docker("docker buildx imagetools inspect $1", name)
                for platform in ["amd64", "arm64"] {
                    #expect(inspected.contains("linux/\(platform)"))
                    let crane = "crane export --platform linux/$2 $1 - | tar -x -O name"
                    #expect(try await pantry.peers(crane, name, platform) == platform)
                    let skopeo = """
                        skopeo copy --quiet --override-arch $2 --src-tls-verify=false docker://$1 dir:$3/$2
                        skopeo inspect --format '{{.Architecture}}' dir:$3/$2
                        """
                    #expect(try await pantry.peers(skopeo, name, platform, "\(pantry.directory)") == "\(platform)\n")
                    let pull = """
                        docker pull --quiet --platform linux/$2 $1 >/dev/null
                        docker image inspect --platform linux/$2 --format '{{.Architecture}}' $1
                        """
                    #expect(try await docker(pull, name, platform) == "\(platform)\n")
                }
                try await Self.copyWhole(name, in: pantry)
            }
        }

        /// Copies the index within the registry and out of it; its digest stays.
        private static func copyWhole(_ name: String, in pantry: Pantry) async throws {
            let other = "\(pantry.host)/other/api:2"
            try await pantry.peers(
                """
                skopeo copy --quiet --all --src-tls-verify=false --dest-tls-verify=false docker://$1 docker://$2
                test $(crane digest $1) = $(crane digest $2)
                crane pull --format=oci $1 $3/layout
                crane push --index $3/layout $2-crane
                crane copy $1 $2-copy
                test $(crane digest $1) = $(crane digest $2-copy)
                """, name, other, "\(pantry.directory)")
        }
    }
}
