import Testing

extension RealClients {
    /// Images that one client makes and another one pulls.
    @Suite struct ImageTests {
        /// A context of which no client has anything from before.
        private static var files: [String: String] {
            [
                "Dockerfile": """
                FROM scratch
                COPY bin /bin
                COPY etc/motd /etc/motd
                ENV SHOP=open
                CMD ["/bin/tool"]

                """,
                "bin/tool": "a tool\n", "bin/other": String(repeating: "another\n", count: 40_000),
                "bin/unique": "\(UInt64.random(in: .min ... .max))",
                "etc/motd": "hello \(UInt64.random(in: .min ... .max))\n", ".dockerignore": "Dockerfile\n",
            ]
        }

        @Test("An image that larder built is pulled by all clients", arguments: Puller.allCases)
        func allPullWhatLarderBuilt(puller: Puller) async throws {
            try await Pantry.run(with: puller.program) { pantry in
                let context = try pantry.context(Self.files)
                try await pantry.larder("build", "-t", "shop/api:1", context)
                try await Self.check(puller, "shop/api:1", of: context, in: pantry)
            }
        }

        @Test("An image that BuildKit pushed is pulled by all clients", arguments: Puller.allCases)
        func allPullWhatBuildKitPushed(puller: Puller) async throws {
            try await Pantry.run(with: "dockerd", puller.program) { pantry in
                let context = try pantry.context(Self.files)
                let docker = try await DockerDaemon(.containerd, pantry.peers)
                for form in ["gzip", "zstd", "uncompressed"] {
                    let name = "shop/api:\(form)"
                    let output = "type=registry,oci-mediatypes=true,compression=\(form),force-compression=true"
                    _ = try await docker.build(context, "--tag \(pantry.host)/\(name) --output \(output)")
                    try await Self.check(puller, name, of: context, in: pantry)
                }
            }
        }

        private static func check(
            _ puller: Puller, _ name: String, of context: String, in pantry: Pantry
        ) async throws {
            let pulled = "\(pantry.directory)/pulled"
            try await puller.pull("\(pantry.host)/\(name)", to: pulled, in: pantry)
            try await pantry.peers(
                """
                diff -r --no-dereference --exclude=Dockerfile --exclude=.dockerignore $1 $2 >&2
                rm -r $2 $2.layers 2>/dev/null || true
                """, context, pulled)
        }

        @Test(
            "What docker pushes comes back to it with the same digest, though nobody told it that there is no TLS",
            arguments: DockerDaemon.Store.allCases)
        func dockerPushesAndPulls(store: DockerDaemon.Store) async throws {
            try await Pantry.run(with: "dockerd", "crane") { pantry in
                let docker = try await DockerDaemon(store, pantry.peers)
                let context = try pantry.context(Self.files)
                let name = "\(pantry.host)/shop/api:1"
                _ = try await docker.build(context, "--tag \(name) --load")
                let said = try await docker("docker push $1", name)
                let digest = try await pantry.peers("crane digest $1", name)
                #expect(digest.hasPrefix("sha256:"))
                #expect(said.contains("digest: \(digest.dropLast())"))
                // Once more: all is there, and the tag stays what it is.
                let again = try await docker("docker push $1", name)
                #expect(again.contains("Layer already exists"))
                #expect(again.contains("digest: \(digest.dropLast())"))
                try await docker.forget()
                let pulled = try await docker("docker pull $1", name)
                #expect(pulled.contains("Digest: \(digest.dropLast())"))
                try await Self.check(
                    store == .classic ? .dockerContainerd : .dockerClassic, "shop/api:1", of: context, in: pantry)
            }
        }

        @Test(
            "What podman and buildah push, in docker's form and in OCI's, is pulled by docker",
            arguments: ["podman", "buildah"])
        func podmanPushes(program: String) async throws {
            try await Pantry.run(with: program, "dockerd") { pantry in
                let context = try pantry.context(Self.files)
                for (form, compression) in [("v2s2", "gzip"), ("oci", "zstd")] {
                    let name = "\(pantry.host)/shop/\(program):\(form)"
                    try await pantry.peers(
                        """
                        $1 build --quiet --tag $2 $5
                        $1 push --quiet --tls-verify=false --format $3 --compression-format $4 $2
                        $1 rmi --all --force
                        """, program, name, form, compression, context)
                    try await Self.check(.dockerClassic, "shop/\(program):\(form)", of: context, in: pantry)
                    try await Self.check(.dockerContainerd, "shop/\(program):\(form)", of: context, in: pantry)
                }
            }
        }
    }
}
