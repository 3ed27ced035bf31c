import Testing

@testable import larder

extension RealClients {
    /// The flags that the stand-in knows are those that docker has.
    @Suite struct DockerFlagTests {
        /// A flag as docker's help shows it.
        private struct Flag: Hashable {
            var name: String
            var short: Character?
            var takesValue: Bool
        }

        @Test("Every flag of docker's help is in the stand-in's table", arguments: ["buildx", "legacy"])
        func table(_ kind: String) async throws {
            try await Pantry.run(with: "docker") { pantry in
                let script = kind == "buildx" ? "docker buildx build --help" : "DOCKER_BUILDKIT=0 docker build --help"
                let flags = Self.flags(in: try await pantry.peers(script))
                #expect(flags.count > 25)
                for flag in flags {
                    let known = DockerFlag.all.first { $0.name == flag.name }
                    #expect(known != nil, "--\(flag.name) is not in the table")
                    #expect(known?.short == flag.short && known?.takesValue == flag.takesValue, "--\(flag.name)")
                }
            }
        }

        /// `-f, --file string   What it is`; a switch has no kind of value between its name and two spaces.
        private static func flags(in help: String) -> [Flag] {
            help.split(separator: "\n").compactMap { line in
                var words = line.split(separator: " ", omittingEmptySubsequences: false).drop { $0.isEmpty }
                var short: Character?
                if let first = words.first, first.utf8.count == 3, first.hasPrefix("-"), first.hasSuffix(",") {
                    short = first.dropFirst().first
                    words = words.dropFirst()
                }
                guard let name = words.popFirst(), name.hasPrefix("--"), name.utf8.count > 2 else { return nil }
                return Flag(name: String(name.dropFirst(2)), short: short, takesValue: words.first?.isEmpty == false)
            }
        }
    }
}
