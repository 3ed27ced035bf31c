/// A program that pulls images.
enum Puller: String, CaseIterable, Sendable {
    case dockerContainerd, dockerClassic, ctr, podman, buildah, skopeo, crane

    /// What must be installed.
    var program: String {
        switch self {
        case .dockerContainerd, .dockerClassic: "dockerd"
        default: rawValue
        }
    }

    /// Pulls `image`, puts its files below a new directory `destination`, and forgets it.
    func pull(_ image: String, to destination: String, in pantry: Pantry) async throws {
        switch self {
        case .dockerContainerd: try await Self.docker(.containerd, image, destination, pantry)
        case .dockerClassic: try await Self.docker(.classic, image, destination, pantry)
        case .ctr:
            let docker = try await DockerDaemon(.containerd, pantry.peers)
            try await pantry.peers(
                """
                ctr="ctr --address $3 --namespace larder"
                $ctr images pull --plain-http $1 >/dev/null
                mkdir -p $2 mounted
                $ctr images mount $1 mounted >/dev/null
                cp -a mounted/. $2
                umount mounted
                $ctr snapshots remove mounted
                $ctr images remove --sync $1 >/dev/null
                """, image, destination, docker.containerdSocket)
        case .podman:
            try await pantry.peers(
                """
                podman pull --quiet --tls-verify=false $1
                mkdir -p $2
                container=$(podman create $1 none)
                podman export $container | tar -x -C $2
                podman rm $container
                podman rmi $1
                """, image, destination)
        case .buildah:
            try await pantry.peers(
                """
                container=$(buildah from --quiet --tls-verify=false $1)
                cp -a $(buildah mount $container) $2
                buildah rm $container
                buildah rmi $1
                """, image, destination)
        case .skopeo: try await Self.skopeo(image, destination, pantry)
        case .crane: try await pantry.peers("mkdir -p $2; crane export $1 - | tar -x -C $2", image, destination)
        }
    }

    private static func docker(
        _ store: DockerDaemon.Store, _ image: String, _ destination: String, _ pantry: Pantry
    ) async throws {
        let docker = try await DockerDaemon(store, pantry.peers)
        try await docker(
            """
            docker pull --quiet $1
            mkdir -p $2
            container=$(docker create $1 none)
            docker export $container | tar -x -C $2
            docker rm $container
            docker rmi $1
            # An engine makes these in a container.
            rm -rf $2/dev $2/proc $2/sys $2/.dockerenv $2/etc/hosts $2/etc/hostname $2/etc/resolv.conf $2/etc/mtab
            rmdir $2/etc 2>/dev/null || true
            """, image, destination)
    }

    /// Checks itself that all digests are right, and decompresses as it copies.
    private static func skopeo(_ image: String, _ destination: String, _ pantry: Pantry) async throws {
        try await pantry.peers(
            """
            skopeo copy --quiet --src-tls-verify=false --dest-decompress docker://$1 dir:$2.layers
            mkdir -p $2
            for layer in $(skopeo inspect --format '{{range .Layers}}{{.}} {{end}}' dir:$2.layers); do
                tar -x -C $2 -f $2.layers/${layer#sha256:}
            done
            """, image, destination)
    }
}
