# Sourced by benchmarks that measure against other tools: these, from Debian's packages, in a root filesystem of their
# own, so that nothing of this machine's is touched or measured.
#
#   LARDER_PEERS_DIR        where they are installed, once; default /var/cache/larder-peers
#   LARDER_DEBIAN_MIRROR    archive to install from; default http://deb.debian.org/debian
#
# The caller has its own mount namespace (unshare --mount), in which everything mounted here goes away by itself.

peers_dir=${LARDER_PEERS_DIR:-/var/cache/larder-peers}
peers_root=$peers_dir/root
peers_packages=(
    ca-certificates docker.io docker-cli docker-buildx containerd runc iptables # what e2e/run needs
    docker-registry                                                            # both
    restic borgbackup desync                                                   # store/run
)

install_peers() {
    local program missing=
    for program in dockerd docker-registry restic borg desync; do
        chroot "$peers_root" sh -c "command -v $program" >/dev/null 2>&1 || missing=$program
    done
    [[ -n $missing ]] || return 0
    echo "installing Docker, docker-registry, restic, borg and desync into $peers_root (once)" >&2
    rm -rf --one-file-system "$peers_root"
    mkdir -p "$peers_root"
    debootstrap --variant=minbase --include="$(IFS=, && echo "${peers_packages[*]}")" sid "$peers_root" \
        "${LARDER_DEBIAN_MIRROR:-http://deb.debian.org/debian}" >"$peers_dir/install.log" 2>&1 || {
        tail -n 20 "$peers_dir/install.log" >&2
        rm -rf --one-file-system "$peers_root"
        return 1
    }
}

# mount_peers DIRECTORY...: makes the root filesystem usable, with each DIRECTORY at the same path inside.
mount_peers() {
    local name
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
    for name; do
        mkdir -p "$peers_root$name"
        mount --bind "$name" "$peers_root$name"
    done
}

# peer PROGRAM ARGUMENT...: runs one of them.
peer() {
    chroot "$peers_root" "$@"
}

# start_registry STATE PORT: a docker-registry that keeps its blobs in STATE/blobs. Sets registry_pid.
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
