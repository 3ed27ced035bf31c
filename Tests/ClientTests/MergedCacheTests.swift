import Testing

extension RealClients {
    /// Several runners that write one tag of a cache, none of which read what the others wrote.
    @Suite struct MergedCacheTests {
        private static let files = [
            "Dockerfile": """
            ARG BASE=scratch
            FROM $BASE AS one
            COPY a /a
            RUN cat /a >/one
            FROM $BASE AS two
            COPY b /b
            RUN cat /b >/two
            FROM $BASE
            COPY --from=one /one /one
            COPY --from=two /two /two

            """,
            "a": "one\n", "b": "two\n",
        ]
        private static let ofOne: Set = ["COPY a /a", "RUN cat /a >/one"]
        private static let ofTwo: Set = ["COPY b /b", "RUN cat /b >/two"]

        /// Has a runner for each of two stages write `cache`, and gives what a third finds there.
        private static func thirdRunner(
            _ pantry: Pantry, cache: String, attributes: [String]
        ) async throws -> BuildProgress {
            let docker = try await DockerDaemon(.containerd, pantry.peers)
            let context = try pantry.context(files)
            let options = "--network none --build-arg BASE=\(try await pantry.importBase())"
            for (stage, attributes) in zip(["one", "two"], attributes) {
                try await docker.forget()
                let export = "--cache-to \(cache),mode=max,\(attributes)"
                let built = try await docker.build(context, "\(options) --target \(stage) \(export)")
                #expect(built.steps.count == 2 && built.cached.isEmpty, "\(built)")
            }
            try await docker.forget()
            return try await docker.build(context, "\(options) --cache-from \(cache) --tag shop/api")
        }

        @Test(
            "A third runner finds the steps of two that wrote the same tag",
            arguments: [
                ["image-manifest=true", "image-manifest=true"], ["image-manifest=false", "image-manifest=false"],
                ["image-manifest=true", "image-manifest=false"],
                ["compression=zstd", "compression=uncompressed,force-compression=true"],
            ])
        func twoWriters(attributes: [String]) async throws {
            try await Pantry.run(with: "dockerd") { pantry in
                let cache = "type=registry,ref=\(pantry.host)/shop/api:cache"
                let third = try await Self.thirdRunner(pantry, cache: cache, attributes: attributes)
                #expect(third.steps.count == 6)
                #expect(third.cached.isSuperset(of: Self.ofOne.union(Self.ofTwo)), "\(third)")
            }
        }

        @Test("A third runner finds the steps of two that wrote the same tag at the same time")
        func twoWritersAtOnce() async throws {
            try await Pantry.run(with: "dockerd") { pantry in
                let docker = try await DockerDaemon(.containerd, pantry.peers)
                let context = try pantry.context(Self.files)
                let options = "--network none --build-arg BASE=\(try await pantry.importBase())"
                let cache = "type=registry,ref=\(pantry.host)/shop/api:cache"
                try await docker.forget()
                async let one = docker.build(context, "\(options) --target one --cache-to \(cache),mode=max")
                async let two = docker.build(context, "\(options) --target two --cache-to \(cache),mode=max")
                let built = try await [one, two]
                #expect(built.allSatisfy { $0.steps.count == 2 && $0.cached.isEmpty }, "\(built)")
                try await docker.forget()
                let third = try await docker.build(context, "\(options) --cache-from \(cache) --tag shop/api")
                #expect(third.cached.isSuperset(of: Self.ofOne.union(Self.ofTwo)), "\(third)")
            }
        }

        @Test("Of a tag that is set apart there is what was written last")
        func unmerged() async throws {
            try await Pantry.run(with: "dockerd", options: ["--unmerged-caches", "solo-*"]) { pantry in
                let cache = "type=registry,ref=\(pantry.host)/shop/api:solo-1"
                let third = try await Self.thirdRunner(
                    pantry, cache: cache, attributes: ["image-manifest=true", "image-manifest=true"])
                #expect(third.cached == Self.ofTwo, "\(third)")
            }
        }
    }
}
