/// A dockerd with BuildKit, of one of the two kinds there are. Nothing in its settings speaks of registries.
struct DockerDaemon: Sendable {
    /// Where images are kept.
    enum Store: String, CaseIterable, Sendable {
        /// By containerd, as they came, with their manifests.
        case containerd
        /// By docker itself, unpacked, as ever before docker 29.
        case classic
    }

    /// Where its images are.
    let store: Store
    /// Where it runs.
    let peers: Peers

    private var state: String { "/tmp/docker-\(store)" }

    /// The socket of the containerd that it started for itself.
    var containerdSocket: String { "\(state)/run/containerd/containerd.sock" }

    /// Finds the daemon of the current suite, and starts it if need be.
    init(_ store: Store, _ peers: Peers) async throws {
        self.store = store
        self.peers = peers
        let isContainerd = store == .containerd
        try await peers(
            """
            test ! -e $1/started || exit 0
            mkdir -p $1/home
            echo '{"features": {"containerd-snapshotter": '$2'}}' >$1/daemon.json
            setsid env HOME=$1/home dockerd --config-file $1/daemon.json --host unix://$1/socket --data-root $1/data \
                --exec-root $1/run --pidfile $1/pid --bridge none --iptables=false --ip6tables=false \
                >$1/log 2>&1 </dev/null &
            for attempt in $(seq 300); do
                if docker --host unix://$1/socket info >/dev/null 2>&1; then
                    touch $1/started
                    exit 0
                fi
                kill -0 $! 2>/dev/null || break
                sleep 0.1
            done
            tail -n 20 $1/log >&2
            exit 1
            """, state, "\(isContainerd)")
    }

    /// Runs a script in which `docker` talks to this daemon.
    @discardableResult
    func callAsFunction(_ script: String, _ arguments: String...) async throws -> String {
        let settings = "export DOCKER_HOST=unix://\(state)/socket HOME=\(state)/home DOCKER_CLI_HINTS=false\n"
        return try await peers.run(settings + script, arguments)
    }

    /// A script for this machine that is docker, and talks to this daemon.
    var script: String {
        peers.script(
            running: "docker",
            ["DOCKER_HOST=unix://\(state)/socket", "HOME=\(state)/home", "DOCKER_CLI_HINTS=false"])
    }

    /// Builds `context` with `options`, shell words, and gives what BuildKit did.
    func build(_ context: String, _ options: String) async throws -> BuildProgress {
        // Programs are told of progress on standard error.
        try BuildProgress(try await self("docker buildx build --progress=rawjson \(options) '\(context)' 2>&1"))
    }

    /// Forgets all that was built or pulled, as a new runner has not heard of it.
    func forget() async throws {
        try await self("docker image prune --all --force; docker buildx prune --all --force")
    }

    /// Has it ask `address` for images of docker.io first, or nobody.
    func setMirror(_ address: String?) async throws {
        let mirrors = address.map { "\"\($0)\"" } ?? ""
        try await self(
            """
            echo '{"features": {"containerd-snapshotter": '$2'}, "registry-mirrors": ['$3']}' >$1/daemon.json
            kill -HUP $(cat $1/pid)
            for attempt in $(seq 100); do
                mirrors=$(docker info --format '{{json .RegistryConfig.Mirrors}}')
                case "$4 $mirrors" in
                    ' null' | ' []' | ?*" "*"$4"*) exit 0 ;;
                esac
                sleep 0.1
            done
            exit 1
            """, state, "\(store == .containerd)", mirrors, address ?? "")
    }
}
