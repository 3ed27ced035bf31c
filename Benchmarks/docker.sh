# Sourced by benchmarks that measure against Docker: dockerd with BuildKit, buildx and docker-registry, from Debian's
# packages, in a root filesystem of their own, so that nothing of this machine's Docker is touched or measured.
#
#   LARDER_PEERS_DIR        where they are installed, once; default /var/cache/larder-peers
#   LARDER_DEBIAN_MIRROR    archive to install from; default http://deb.debian.org/debian
#
# The caller has its own mount namespace (unshare --mount), in which everything mounted here goes away by itself.

peers_dir=${LARDER_PEERS_DIR:-/var/cache/larder-peers}
peers_root=$peers_dir/root
docker_socket=/run/larder-bench.sock

install_docker() {
    [[ ! -x $peers_root/usr/sbin/dockerd || ! -x $peers_root/usr/bin/docker-registry ]] || return 0
    echo "installing Docker and docker-registry into $peers_root (once)" >&2
    mkdir -p "$peers_root"
    local packages=ca-certificates,docker.io,docker-cli,docker-buildx,containerd,runc,docker-registry,iptables
    debootstrap --variant=minbase --include="$packages" sid "$peers_root" \
        "${LARDER_DEBIAN_MIRROR:-http://deb.debian.org/debian}" >"$peers_dir/install.log" 2>&1 || {
        tail -n 20 "$peers_dir/install.log" >&2
        rm -rf --one-file-system "$peers_root"
        return 1
    }
}

# mount_docker DISK: makes the root filesystem usable, with DISK at the same path inside.
mount_docker() {
    local disk=$1 name
    mount --bind "$peers_root" "$peers_root" # a container runtime needs its / to be a mount point
    mount -t proc proc "$peers_root/proc"
    mount --rbind /sys "$peers_root/sys"
    mount --rbind /dev "$peers_root/dev"
    mount -t tmpfs tmpfs "$peers_root/run"
    mount -t tmpfs tmpfs "$peers_root/tmp"
    for name in /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt; do
        [[ -f $name && -e $peers_root$name ]] || continue
        mount --bind "$(realpath "$name")" "$peers_root$(chroot "$peers_root" realpath "$name")"
    done
    mkdir -p "$peers_root$disk"
    mount --bind "$disk" "$peers_root$disk"
}

# start_dockerd STATE: a daemon that has never built anything: STATE is emptied first. Sets dockerd_pid.
start_dockerd() {
    local state=$1 attempt
    rm -rf --one-file-system "$state"
    mkdir -p "$state/home"
    echo '{"features": {"containerd-snapshotter": true}, "insecure-registries": ["127.0.0.0/8"]}' >"$state/daemon.json"
    chroot "$peers_root" /usr/bin/env HOME="$state/home" dockerd --config-file "$state/daemon.json" \
        --host "unix://$docker_socket" --data-root "$state/data" --exec-root /run/larder-bench \
        --pidfile /run/larder-bench.pid --bridge none --iptables=false --ip6tables=false \
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
    chroot "$peers_root" /usr/bin/env HOME="$dockerd_state/home" DOCKER_HOST="unix://$docker_socket" docker "$@"
}

# start_registry STATE PORT: a docker-registry that keeps its blobs in STATE. Sets registry_pid.
start_registry() {
    local state=$1 port=$2 attempt
    mkdir -p "$state"
    cat >"$state/config.yml" <<END
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $state/blobs}, delete: {enabled: true}}
http: {addr: "127.0.0.1:$port"}
END
    chroot "$peers_root" docker-registry serve "$state/config.yml" >"$state/log" 2>&1 &
    registry_pid=$!
    for attempt in {1..100}; do
        curl --silent --fail "http://127.0.0.1:$port/v2/" >/dev/null && return 0
        kill -0 "$registry_pid" 2>/dev/null || break
        sleep 0.1
    done
    tail -n 20 "$state/log" >&2
    echo "docker-registry did not start (attempt $attempt)" >&2
    return 1
}

stop_registry() {
    [[ -n ${registry_pid:-} ]] || return 0
    kill "$registry_pid" 2>/dev/null || true
    wait "$registry_pid" 2>/dev/null || true
    registry_pid=
}
