import Testing

extension RealClients {
    /// `docker build` with its cache in the registry: another runner, or the same one after all was pruned, need not run
    /// anything.
    @Suite struct BuildKitCacheTests {
        private static let files = [
            "Dockerfile": """
            ARG BASE=scratch
            FROM $BASE AS tools
            COPY a /a
            RUN cat /a /a >/tool; cat /proc/sys/kernel/random/uuid >/id
            FROM $BASE
            COPY b /b
            COPY --from=tools /tool /id /tools/
            RUN cat /proc/sys/kernel/random/uuid >/id

            """,
            "a": "one\n", "b": "two\n",
        ]

        /// Builds with what a new runner would have, and gives what it found.
        private static func rebuild(
            _ docker: DockerDaemon, _ context: String, _ options: String
        ) async throws -> BuildProgress {
            try await docker.forget()
            return try await docker.build(context, options)
        }

        @Test(
            "Steps are found after everything was pruned",
            arguments: [
                "mode=max,image-manifest=true", "mode=max,image-manifest=false",
                "mode=max,image-manifest=false,oci-mediatypes=false", "mode=max,compression=zstd",
                "mode=max,compression=gzip,force-compression=true",
                "mode=max,compression=uncompressed,force-compression=true", "mode=min",
            ])
        func registryCache(attributes: String) async throws {
            try await Pantry.run(with: "dockerd") { pantry in
                let docker = try await DockerDaemon(.containerd, pantry.peers)
                let context = try pantry.context(Self.files)
                let base = try await pantry.importBase()
                let cache = "type=registry,ref=\(pantry.host)/shop/api:cache"
                let options = "--network none --build-arg BASE=\(base) --cache-from \(cache) --tag shop/api"
                let first = try await Self.rebuild(docker, context, "\(options) --cache-to \(cache),\(attributes)")
                #expect(first.steps.count == 5 && first.cached.isEmpty, "\(first)")
                let id = try await Self.ids(docker)
                let second = try await Self.rebuild(docker, context, "\(options) --cache-to \(cache),\(attributes)")
                #expect(second.steps == first.steps && second.cached == second.steps, "\(second)")
                #expect(try await Self.ids(docker) == id)
                // The export of a build that ran nothing leaves as much for the next.
                let third = try await Self.rebuild(docker, context, "\(options) --output type=cacheonly")
                #expect(third.cached == third.steps, "\(third)")
            }
        }

        @Test("One changed file runs what depends on it")
        func changed() async throws {
            try await Pantry.run(with: "dockerd") { pantry in
                let docker = try await DockerDaemon(.containerd, pantry.peers)
                let base = try await pantry.importBase()
                let cache = "type=registry,ref=\(pantry.host)/shop/api:cache"
                let options = "--network none --build-arg BASE=\(base) --cache-from \(cache) --tag shop/api"
                let context = try pantry.context(Self.files)
                _ = try await Self.rebuild(docker, context, "\(options) --cache-to \(cache),mode=max")
                try pantry.context(["b": "three\n"])
                let second = try await Self.rebuild(docker, context, options)
                #expect(
                    second.steps.subtracting(second.cached).sorted() == [
                        "COPY --from=tools /tool /id /tools/", "COPY b /b", "RUN cat /proc/sys/kernel/random/uuid >/id",
                    ])
            }
        }

        @Test("Steps are found in an image with an inline cache", arguments: DockerDaemon.Store.allCases)
        func inlineCache(store: DockerDaemon.Store) async throws {
            try await Pantry.run(with: "dockerd") { pantry in
                let docker = try await DockerDaemon(store, pantry.peers)
                let context = try pantry.context(Self.files)
                let base = try await pantry.importBase()
                let name = "\(pantry.host)/shop/api:1"
                let options = "--network none --build-arg BASE=\(base) --tag \(name)"
                let first = try await Self.rebuild(docker, context, "\(options) --cache-to type=inline --push")
                #expect(first.steps.count == 5 && first.cached.isEmpty, "\(first)")
                let second = try await Self.rebuild(
                    docker, context, "\(options) --cache-from type=registry,ref=\(name)")
                // It has the results of the last stage only, which is all that is needed while nothing changes.
                let last = second.steps.filter {
                    $0 == "COPY b /b" || $0.hasPrefix("COPY --from") || $0.hasSuffix("uuid >/id")
                }
                #expect(second.steps == first.steps && second.cached.isSuperset(of: last), "\(second)")
            }
        }

        @Test("Several caches are read together")
        func severalCaches() async throws {
            try await Pantry.run(with: "dockerd") { pantry in
                let docker = try await DockerDaemon(.containerd, pantry.peers)
                let base = try await pantry.importBase()
                let cache = "type=registry,ref=\(pantry.host)/shop/api"
                let options = "--network none --build-arg BASE=\(base)"
                let context = try pantry.context(Self.files)
                // The second one takes the tools of the first: were there two of them, BuildKit could find what nothing was built on.
                for (tag, more) in [("tools", "--target tools"), ("main", "--cache-from \(cache):tools")] {
                    _ = try await Self.rebuild(
                        docker, context, "\(options) \(more) --cache-to \(cache):\(tag),mode=min")
                }
                let both = try await Self.rebuild(
                    docker, context, "\(options) --cache-from \(cache):tools --cache-from \(cache):main --tag shop/api")
                #expect(both.cached == both.steps, "\(both)")
            }
        }

        /// What the steps wrote, which is something else whenever they run.
        private static func ids(_ docker: DockerDaemon) async throws -> String {
            try await docker(
                """
                container=$(docker create shop/api none)
                docker export $container | tar -x -O id tools/id
                docker rm $container >/dev/null
                """)
        }
    }
}
