# Sourced by run: the same builds, exported as a build cache to both registries, and what that takes on disk.

# docker-registry gets gzip, as a cache has it by default; larderd gets layers as they are.
declare -A cache_compression=(
    [docker-registry]=gzip
    [larder]=uncompressed,force-compression=true
)

# measure_changes: the demonstration, and then one dependency after the other more. BuildKit runs each build once, and
# exports it to the one and then, from what it has just built, to the other.
measure_changes() {
    local change contender tree=$disk/checkout registry_port=$port larder_port base=$disk/base
    collect_build_settings "$disk/pip.conf"
    deploy/demo/make-base "$bench_dir/base.tar"
    larder_port=$(free_port)
    docker-registry_open
    port=$larder_port larder_open
    start_dockerd "$disk/docker"
    docker_cli import --change 'CMD ["/bin/sh"]' - "127.0.0.1:$registry_port/debian:bookworm" <"$bench_dir/base.tar" >/dev/null
    docker_cli push --quiet "127.0.0.1:$registry_port/debian:bookworm" >/dev/null
    cp -r deploy/demo/app "$tree"
    for ((change = 0; change <= ${LARDER_BENCH_CHANGES:-10}; change++)); do
        [[ $change -eq 0 ]] || sed -n "${change}p" Benchmarks/registry/dependencies >>"$tree/requirements.txt"
        port=$registry_port export_cache docker-registry "$change" "$tree"
        port=$larder_port export_cache larder "$change" "$tree"
        for contender in docker-registry larder; do
            row changes "$contender" "stored-$change" 1 "$(bytes_of "$contender")" B
        done
    done
    "$bin/larderd" maintain --root "$disk/larder" >"$results/maintain.log"
    row changes larder maintained 1 "$(bytes_of larder)" B
    stop_dockerd
    docker-registry_close
    larder_close
    rm -rf --one-file-system "$disk/docker" "$disk/docker-registry" "$disk/larder" "$tree"
}

# export_cache CONTENDER CHANGE CONTEXT
export_cache() {
    docker_cli buildx build --network host --progress plain --provenance=false \
        --build-arg "BASE=127.0.0.1:$registry_port/debian:bookworm" "${build_settings[@]}" \
        --cache-to "type=registry,ref=127.0.0.1:$port/shop/cache:$2,mode=max,compression=${cache_compression[$1]}" \
        "$3" >"$results/change-$2-$1.log" 2>&1 || {
        tail -n 20 "$results/change-$2-$1.log" >&2
        fail "the build with change $2 failed, see $results/change-$2-$1.log"
    }
}

bytes_of() {
    sync --file-system "$disk"
    du --summarize --block-size=1 "$disk/$1" | cut -f 1
}
