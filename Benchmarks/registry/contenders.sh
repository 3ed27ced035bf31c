# Sourced by run: the two registries. For each there are
#
#   NAME_open            an empty one in $disk/NAME
#   NAME_pid             prints its process
#   NAME_keep_upkeep     has it do all its background work over and over until stop_upkeep; fails when it has none
#   NAME_close           stops it

docker-registry_open() { start_registry "$disk/docker-registry" "$port"; }
docker-registry_pid() { echo "$registry_pid"; }
docker-registry_keep_upkeep() { return 1; }
docker-registry_close() { stop_registry; }

larder_open() { start_larderd "$bin/larderd" "$disk/larder" "$port" "$disk/larderd.log"; }
larder_pid() { echo "$larderd_pid"; }
larder_close() { stop_larderd; }

# Images come and go meanwhile, so that there is something to collect and compact.
larder_keep_upkeep() {
    Benchmarks/registry/churn "$port" &
    upkeep_pids=($!)
    while "$bin/larderd" maintain --root "$disk/larder" >/dev/null; do sleep 0.1; done &
    upkeep_pids+=($!)
}

stop_upkeep() {
    [[ -n ${upkeep_pids:-} ]] || return 0
    kill "${upkeep_pids[@]}" 2>/dev/null || true
    wait "${upkeep_pids[@]}" 2>/dev/null || true
    upkeep_pids=()
}
