# Sourced by benchmarks after deploy/peers: dockerd with BuildKit and buildx. This machine's directory for temporary files may not be
# there in the root filesystem that they run in.

# start_dockerd STATE [NAME]: a daemon that has never built anything: STATE is emptied first. NAME tells several at the same time apart.
# Sets dockerd_pid and docker_socket.
start_dockerd() {
    local state=$1 name=${2:-larder-bench} attempt
    docker_socket=/run/$name.sock
    rm -rf --one-file-system "$state" || return
    mkdir -p "$state/home"
    # Registries without TLS: on loopback, and where benchmarks have networks of their own.
    echo '{"features": {"containerd-snapshotter": true}, "insecure-registries": ["127.0.0.0/8", "198.18.0.0/15"]}' \
        >"$state/daemon.json"
    chroot "$peers_root" /usr/bin/env --unset=TMPDIR HOME="$state/home" dockerd --config-file "$state/daemon.json" \
        --host "unix://$docker_socket" --data-root "$state/data" --exec-root "/run/$name" \
        --pidfile "/run/$name.pid" --bridge none --iptables=false --ip6tables=false \
        >"$state/dockerd.log" 2>&1 &
    dockerd_pid=$!
    dockerd_state=$state
    for attempt in {1..300}; do
        docker_cli info >/dev/null 2>&1 && return 0
        kill -0 "$dockerd_pid" 2>/dev/null || break
        sleep 0.1
    done
    tail -n 20 "$state/dockerd.log" >&2
    echo "dockerd did not start (attempt $attempt)" >&2
    return 1
}

stop_dockerd() {
    [[ -n ${dockerd_pid:-} ]] || return 0
    kill "$dockerd_pid" 2>/dev/null || true
    wait "$dockerd_pid" 2>/dev/null || true
    dockerd_pid=
}

# Docker's own command line, against that daemon.
docker_cli() {
    chroot "$peers_root" /usr/bin/env --unset=TMPDIR HOME="$dockerd_state/home" DOCKER_HOST="unix://$docker_socket" docker "$@"
}
