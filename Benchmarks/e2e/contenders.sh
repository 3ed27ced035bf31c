# Sourced by run: what each contender does for a new server, a new runner and a build. For each there are
#
#   NAME_new_server          a server that knows only the base image
#   NAME_new_runner          forgets everything that a runner could keep
#   NAME_build LOG CONTEXT   builds through measure; the image is in the server's registry afterwards
#   NAME_run_steps LOG       prints the seconds inside RUN steps and how many of them ran; "- -" when unknown
#   NAME_stop

# Larder

larder_new_server() {
    stop_larderd
    rm -rf --one-file-system "$disk/server"
    start_larderd "$bin/larderd" "$disk/server" "$port" "$disk/larderd.log"
    "$bin/larder" import --server "http://127.0.0.1:$port" "$bench_dir/base.tar" debian:bookworm >/dev/null
}

larder_new_runner() {
    rm -rf --one-file-system "$disk/runner" "$disk/build.json"
}

larder_build() {
    measure "$1" "$larderd_pid" 0 "$bin/larder" build --server "http://127.0.0.1:$port" --network host \
        --progress plain --state-dir "$disk/runner" "${build_settings[@]}" --metadata-file "$disk/build.json" \
        --tag shop/api:1 "$2"
}

larder_run_steps() {
    cp "$disk/build.json" "${1%.log}.json" 2>/dev/null || { echo - -; return; }
    jq --raw-output '[."larder.steps"[] | select((.instruction | startswith("RUN")) and
        (.verdict | ascii_downcase) != "hit") | .commandSeconds] | "\(add // 0) \(length)"' "$disk/build.json"
}

larder_stop() {
    stop_larderd
}

# BuildKit, both ways

# A registry that holds the base image, made once; new servers begin as copies of it. The base is compressed with
# gzip, as base images are, and as docker push makes it. (From a base that was forced to zstd, BuildKit fetched the
# base's layer again in every build, 44 MB.)
prepare_registry() {
    local base=127.0.0.1:$port/debian:bookworm
    start_dockerd "$disk/docker"
    start_registry "$disk/registry-base" "$port"
    docker_cli import --change 'CMD ["/bin/sh"]' - "$base" <"$1" >/dev/null
    docker_cli push --quiet "$base" >/dev/null
    stop_registry
    stop_dockerd
}

buildkit_new_server() {
    stop_registry
    rm -rf "$disk/registry"
    cp -r "$disk/registry-base" "$disk/registry"
    start_registry "$disk/registry" "$port"
}

buildkit_new_runner() {
    stop_dockerd
    start_dockerd "$disk/docker"
}

# Adds up the RUN steps that BuildKit reports as run.
buildkit_run_steps() {
    grep '^{' "$1" | jq --raw-output --slurp '
        def seconds: (.[0:19] + "Z" | fromdateiso8601) + ("0" + (.[19:] | rtrimstr("Z")) | tonumber);
        [.[].vertexes[]?] | group_by(.digest)
        | map(select(any(.[]; .name | test("\\] RUN ")) and all(.[]; .cached != true)
            and any(.[]; .completed != null))
            | (map(.completed | select(. != null) | seconds) | max) -
              (map(.started | select(. != null) | seconds) | min))
        | "\(add // 0) \(length)"'
}

buildkit_stop() {
    stop_dockerd
    stop_registry
}

# The best use: the image goes from BuildKit to the registry, is not kept and not unpacked here, and zstd everywhere.

best_new_server() { buildkit_new_server; }
best_new_runner() { buildkit_new_runner; }
best_run_steps() { buildkit_run_steps "$@"; }
best_stop() { buildkit_stop; }

best_build() {
    local image=type=image,name=127.0.0.1:$port/shop/api:1
    image+=,push=true,store=false,unpack=false,compression=zstd
    measure "$1" "$registry_pid" "$dockerd_pid" docker_cli buildx build --network host --progress rawjson \
        --provenance=false --build-arg "BASE=127.0.0.1:$port/debian:bookworm" "${build_settings[@]}" \
        --cache-from "type=registry,ref=127.0.0.1:$port/shop/cache" \
        --cache-to "type=registry,ref=127.0.0.1:$port/shop/cache,mode=max,compression=zstd" \
        --output "$image" "$2"
}

# The default use: docker build with a registry cache, then docker push.

default_new_server() { buildkit_new_server; }
default_new_runner() { buildkit_new_runner; }
default_run_steps() { buildkit_run_steps "$@"; }
default_stop() { buildkit_stop; }

default_build() {
    measure "$1" "$registry_pid" "$dockerd_pid" default_build_and_push "$2"
}

default_build_and_push() {
    docker_cli build --network host --progress rawjson --build-arg "BASE=127.0.0.1:$port/debian:bookworm" \
        "${build_settings[@]}" --cache-from "type=registry,ref=127.0.0.1:$port/shop/cache" \
        --cache-to "type=registry,ref=127.0.0.1:$port/shop/cache,mode=max" \
        --tag "127.0.0.1:$port/shop/api:1" "$1" && docker_cli push "127.0.0.1:$port/shop/api:1"
}
