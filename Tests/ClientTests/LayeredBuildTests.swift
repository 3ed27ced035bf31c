import Testing

extension RealClients {
    /// podman and buildah with a cache repository, in which each step is an image of its own.
    @Suite struct LayeredBuildTests {
        private static let files = [
            "Dockerfile": """
            ARG BASE=scratch
            FROM $BASE
            COPY a /a
            RUN cat /a /a >/tool; cat /proc/sys/kernel/random/uuid >/id
            COPY b /b
            ENV SHOP=open
            RUN echo built >/c

            """,
            "a": "one\n", "b": "two\n",
        ]

        @Test("A second runner takes every step from the cache repository", arguments: ["buildah", "podman"])
        func everyStep(program: String) async throws {
            try await Pantry.run(with: program, "crane") { pantry in
                let context = try pantry.context(Self.files)
                let base = try await pantry.importBase()
                let arguments = [program, base, "\(pantry.host)/shop/cache", context]
                let script = """
                    $1 rmi --all --force >&2
                    $1 build --layers --isolation chroot --network host --tls-verify=false --build-arg BASE=$2 \
                        --cache-from $3 --cache-to $3 --iidfile id --tag shop/api $4 2>&1
                    cat id
                    """
                let first = try await pantry.peers.run(script, arguments)
                #expect(!first.contains("Using cache"), "\(first)")
                let second = try await pantry.peers.run(script, arguments)
                #expect(second.split(separator: "\n").count { $0.contains("Using cache") } == 5, "\(second)")
                #expect(first.split(separator: "\n").last == second.split(separator: "\n").last)
                let tags = try await pantry.peers("crane ls $1", "\(pantry.host)/shop/cache")
                #expect(tags.split(separator: "\n").count == 5)
                #expect(tags.split(separator: "\n").allSatisfy { $0.count == 64 && $0.allSatisfy(\.isHexDigit) })
                // A step that another runner has is used until one is different.
                try pantry.context(["b": "three\n"])
                let third = try await pantry.peers.run(script, arguments)
                #expect(third.split(separator: "\n").count { $0.contains("Using cache") } == 2, "\(third)")
            }
        }
    }
}
