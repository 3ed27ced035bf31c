# Sourced by the script that runs a guide: programs that others wrote, in the root filesystem and the namespaces of deploy/peers, and
# in the network of the guide. Whatever is started in there ends with it.

# begin_peers PROGRAM...: these can be called from now on.
begin_peers() {
    local program ready
    coproc PEERS { exec "$REPOSITORY/deploy/peers" hold "$GUIDE"; }
    read -r ready peers_root peers_pid <&"${PEERS[0]}"
    [[ $ready == ready ]] || return 1
    mkdir -p "$GUIDE/programs" "$GUIDE/.config/containers"
    printf '[containers]\ndefault_ulimits = ["nofile=%s:%s", "nproc=%s:%s"]\n[engine]\nruntime = "runc"\n' "$(ulimit -Hn)" "$(ulimit -Hn)" "$(ulimit -Hu)" "$(ulimit -Hu)" \
        >"$GUIDE/.config/containers/containers.conf"
    printf '[storage]\ndriver = "overlay"\nrunroot = "/run/containers"\ngraphroot = "/tmp/containers"\n' >"$GUIDE/.config/containers/storage.conf"
    echo '{"default": [{"type": "insecureAcceptAnything"}]}' >"$GUIDE/.config/containers/policy.json"
    for program; do
        # Nobody is spoken to outside.
        printf '#!/bin/bash\nexec nsenter --target %s --mount --pid chroot %s /usr/bin/env -i -C "$PWD" %s %s "$@"\n' \
            "$peers_pid" "$peers_root" "PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=$GUIDE TMPDIR=/tmp BUILDAH_ISOLATION=chroot \
DOCKER_HOST=unix:///run/guide.sock DOCKER_CLI_HINTS=false HTTPS_PROXY=http://127.0.0.1:1 HTTP_PROXY=http://127.0.0.1:1 NO_PROXY=127.0.0.1,larder.internal" \
            "$program" >"$GUIDE/programs/$program"
        chmod +x "$GUIDE/programs/$program"
    done
    PATH=$GUIDE/programs:$PATH
    [[ " $* " != *" docker "* ]] || begin_docker
}

# Their namespaces end with all that is in them when they get no input any more.
end_peers() { [[ -z ${PEERS_PID:-} ]] || exec {PEERS[1]}>&-; }

# A dockerd that keeps images as containerd does, without which it exports no caches.
begin_docker() {
    local attempt
    echo '{"features": {"containerd-snapshotter": true}}' >"$GUIDE/daemon.json"
    nsenter --target "$peers_pid" --mount --pid chroot "$peers_root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp \
        dockerd --config-file "$GUIDE/daemon.json" --host unix:///run/guide.sock --data-root /tmp/docker --exec-root /run/docker \
        --pidfile /run/docker.pid --iptables=false --ip6tables=false >"$GUIDE/dockerd.log" 2>&1 </dev/null &
    for attempt in {1..1200}; do
        docker info >/dev/null 2>&1 && return
        sleep 0.1
    done
    tail -n 20 "$GUIDE/dockerd.log" >&2
    return 1
}
