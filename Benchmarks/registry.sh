# Sourced by benchmarks after deploy/peers: docker-registry, the registry of the distribution project.

# start_registry STATE PORT [ADDRESS]: a docker-registry that keeps its blobs in STATE/blobs, on loopback if there is no address. Sets
# registry_pid.
start_registry() {
    local state=$1 port=$2 address=${3:-127.0.0.1} attempt
    mkdir -p "$state"
    cat >"$state/config.yml" <<END
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $state/blobs}, delete: {enabled: true}}
http: {addr: "$address:$port"}
END
    chroot "$peers_root" docker-registry serve "$state/config.yml" >"$state/log" 2>&1 &
    registry_pid=$!
    for attempt in {1..100}; do
        kill -0 "$registry_pid" 2>/dev/null || break
        curl --silent --fail "http://$address:$port/v2/" >/dev/null && return 0
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
