import Testing

extension RealClients {
    /// Images that one client pushes and another one pulls.
    @Suite struct ImageTests {
        private static let files = [
            "Dockerfile": "FROM scratch\nCOPY bin /bin\nCOPY etc/motd /etc/motd\nENV SHOP=open\nCMD [\"/bin/tool\"]\n",
            "bin/tool": "a tool\n", "bin/other": "another\n", "etc/motd": "good day\n",
        ]
        @Test("An image that larder built is pulled by docker", arguments: DockerDaemon.Store.allCases)
        func dockerPullsWhatLarderBuilt(store: DockerDaemon.Store) async throws {
            try await Pantry.run { pantry in
                let context = try pantry.context(Self.files)
                try await pantry.larder("build", "-t", "shop/api:1", context)
                let docker = try await DockerDaemon(store, pantry.peers)
                try await docker(
                    """
                    docker pull --quiet $2
                    id=$(docker create $2)
                    mkdir pulled-$3
                    docker export $id | tar -x -C pulled-$3
                    docker rm $id
                    diff -r $1/bin pulled-$3/bin
                    diff -r $1/etc/motd pulled-$3/etc/motd
                    docker image inspect --format '{{.Config.Env}}' $2 | grep SHOP=open
                    """, context, "\(pantry.host)/shop/api:1", "\(store)")
            }
        }
    }
}
