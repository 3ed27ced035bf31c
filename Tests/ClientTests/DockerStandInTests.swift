import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

extension RealClients {
    /// The stand-in for docker before a real docker, in scripts as they are written for docker.
    @Suite struct DockerStandInTests {
        /// Runs a script of a CI job in which `docker` is the stand-in, `real` docker itself and `$host` the server's host.
        private static func run(
            _ script: String, _ docker: DockerDaemon, in pantry: Pantry
        ) async throws -> String {
            let standIn = try await StandIn(
                in: pantry.directory, server: pantry.server.address, docker: docker.script)
            let outcome = try await standIn.run(
                "set -x -o pipefail\nreal() { '\(pantry.directory)/real/docker' \"$@\"; }\n\(script)",
                ["host": pantry.host])
            guard outcome.status == 0 else {
                throw Peers.Failure(
                    command: script, status: "\(outcome.status)", said: outcome.output + outcome.complaint)
            }
            return outcome.output
        }

        private static let files = [
            "Dockerfile": "FROM scratch\nCOPY bin /bin\nCMD [\"/bin/busybox\", \"cat\", \"/bin/motd\"]\n",
            "bin/motd": "from a stand-in\n",
        ]

        @Test("What GitLab's and Jenkins's scripts do gives the same as docker", arguments: DockerDaemon.Store.allCases)
        func scriptsOfServicesRun(store: DockerDaemon.Store) async throws {
            try await Pantry.run(with: "dockerd", "crane") { pantry in
                let docker = try await DockerDaemon(store, pantry.peers)
                let context = try pantry.context(Self.files)
                let said = try await Self.run(
                    """
                    docker build -t $host/shop/api:1 --pull \(context) 2>build.log
                    grep 'larder builds' build.log >&2
                    test -z "$(real images --quiet $host/shop/api)"
                    docker tag $host/shop/api:1 $host/shop/api:latest
                    docker push $host/shop/api:latest
                    test -z "$(real images --quiet $host/shop/api)"
                    docker inspect -f . $host/shop/api:1 >&2
                    docker save $host/shop/api:latest | tar --list --file=- | grep --count manifest.json
                    docker history --quiet --no-trunc $host/shop/api:1 >&2
                    docker image ls --format '{{.Tag}}' $host/shop/api | sort | paste --serial
                    docker rmi $host/shop/api:1 $host/shop/api:latest >&2
                    """, docker, in: pantry)
                let digest = try await pantry.peers("crane digest $1/shop/api:latest", pantry.host)
                #expect(said.contains("latest: digest: \(digest.dropLast()) size: "))
                #expect(said.contains("\n1\n1\tlatest\n"), "\(said)")
                try await docker.forget()
            }
        }

        @Test("An image that larder built runs in docker's hands after docker pulled or loaded it")
        func whatIsBuiltTwiceIsTheSameForDocker() async throws {
            try await Pantry.run(with: "dockerd") { pantry in
                let docker = try await DockerDaemon(.classic, pantry.peers)
                let context = try pantry.context(Self.files)
                let said = try await Self.run(
                    """
                    docker build --quiet --tag $host/shop/api:1 --iidfile id \(context)
                    test "$(docker inspect --format '{{.Id}}' $host/shop/api:1)" = "$(cat id)"
                    docker create --name standin $host/shop/api:1 >&2
                    docker cp standin:/bin/motd - | tar --extract --to-stdout --file=-
                    docker rm standin >&2
                    docker rmi $(cat id) >&2
                    """, docker, in: pantry)
                #expect(said.hasPrefix("sha256:"))
                #expect(said.hasSuffix("from a stand-in\n"))
            }
        }

        @Test("What only docker can build docker builds, on an image that larder built")
        func dockerBuildsOnWhatLarderBuilt() async throws {
            try await Pantry.run(with: "dockerd") { pantry in
                let docker = try await DockerDaemon(.classic, pantry.peers)
                let context = try pantry.context(Self.files)
                _ = try await Self.run(
                    """
                    docker build --tag standin/base:1 \(context)
                    mkdir -p second; printf 'FROM standin/base:1\\nCOPY Dockerfile /second\\n' >second/Dockerfile
                    docker build --tag standin/api:1 --annotation a=b second 2>build.log || { cat build.log >&2; false; }
                    grep 'because of --annotation' build.log >&2
                    docker create --name standin2 standin/api:1 /x >&2
                    docker cp standin2:/bin/motd - | tar --list --file=- | grep motd
                    docker rm standin2 >&2
                    """, docker, in: pantry)
                try await docker.forget()
            }
        }
    }
}
