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
                try await Self.pullEach(name, docker, in: pantry)
                try await Self.copyWhole(name, in: pantry)
            }
        }

        @Test("larder builds an image for two platforms, and each client gets its own")
        func built() async throws {
            try await Pantry.run(with: "dockerd", "crane", "skopeo") { pantry in
                let docker = try await DockerDaemon(.containerd, pantry.peers)
                let context = try pantry.context([
                    "Dockerfile": "FROM scratch\nARG TARGETARCH\nCOPY $TARGETARCH /name\n", "amd64": "amd64",
                    "arm64": "arm64",
                ])
                let name = "\(pantry.host)/shop/api:1"
                let (id, file) = ("\(pantry.directory)/id", "\(pantry.directory)/image.tar")
                try await pantry.larder(
                    "build", "--platform", "linux/amd64,linux/arm64", "-t", name, "--iidfile", id, "-o",
                    "type=oci,dest=\(file)", context)
                try await Self.pullEach(name, docker, in: pantry)
                try await Self.copyWhole(name, in: pantry)
                try await pantry.peers(
                    """
                    test "$(crane digest $1)" = "$(cat $2)"
                    mkdir $3.layout
                    tar -x -C $3.layout -f $3
                    skopeo copy --quiet --all oci:$3.layout:1 dir:$3.copy
                    test "sha256:$(sha256sum <$3.copy/manifest.json | cut -c 1-64)" = "$(cat $2)"
                    """, name, id, file)
            }
        }

        /// Pulls the image of each platform, whose only file tells for which it is.
        private static func pullEach(_ name: String, _ docker: DockerDaemon, in pantry: Pantry) async throws {
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
