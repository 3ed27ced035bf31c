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

# Registries that hold the base image, made once; new servers begin as copies of one. The base is compressed with gzip, as
# base images are, and as docker push makes it. (From a base that was forced to zstd, BuildKit fetched the base's layer
# again in every build, 44 MB.)
prepare_registries() {
    start_dockerd "$disk/docker"
    start_registry "$disk/registry-base" "$port"
    push_base "$1"
    stop_registry
    start_larderd "$bin/larderd" "$disk/larder-base" "$port" "$disk/larderd.log"
    push_base "$1"
    stop_larderd
    stop_dockerd
}

push_base() {
    local base=127.0.0.1:$port/debian:bookworm
    docker_cli import --change 'CMD ["/bin/sh"]' - "$base" <"$1" >/dev/null
    docker_cli push --quiet "$base" >/dev/null
}

# docker_registry_new_server, larder_registry_new_server: set server_pid.
docker_registry_new_server() {
    stop_registry
    rm -rf "$disk/registry"
    cp -r "$disk/registry-base" "$disk/registry"
    start_registry "$disk/registry" "$port"
    server_pid=$registry_pid
}

larder_registry_new_server() {
    stop_larderd
    rm -rf "$disk/server"
    cp -r "$disk/larder-base" "$disk/server"
    start_larderd "$bin/larderd" "$disk/server" "$port" "$disk/larderd.log"
    server_pid=$larderd_pid
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
    stop_larderd
}

# The best use: the image goes from BuildKit to the registry, is not kept and not unpacked here, and zstd everywhere.

best_new_server() { docker_registry_new_server; }
best_new_runner() { buildkit_new_runner; }
best_run_steps() { buildkit_run_steps "$@"; }
best_stop() { buildkit_stop; }

best_build() { build_straight_to_registry zstd "$@"; }

# build_straight_to_registry COMPRESSION LOG CONTEXT
build_straight_to_registry() {
    local image=type=image,name=127.0.0.1:$port/shop/api:1
    image+=,push=true,store=false,unpack=false,compression=$1
    measure "$2" "$server_pid" "$dockerd_pid" docker_cli buildx build --network host --progress rawjson \
        --provenance=false --build-arg "BASE=127.0.0.1:$port/debian:bookworm" "${build_settings[@]}" \
        --cache-from "type=registry,ref=127.0.0.1:$port/shop/cache" \
        --cache-to "type=registry,ref=127.0.0.1:$port/shop/cache,mode=max,compression=$1" \
        --output "$image" "$3"
}

# The default use: docker build with a registry cache, then docker push.

default_new_server() { docker_registry_new_server; }
default_new_runner() { buildkit_new_runner; }
default_run_steps() { buildkit_run_steps "$@"; }
default_stop() { buildkit_stop; }

default_build() {
    measure "$1" "$server_pid" "$dockerd_pid" default_build_and_push "$2"
}

default_build_and_push() {
    docker_cli build --network host --progress rawjson --build-arg "BASE=127.0.0.1:$port/debian:bookworm" \
        "${build_settings[@]}" --cache-from "type=registry,ref=127.0.0.1:$port/shop/cache" \
        --cache-to "type=registry,ref=127.0.0.1:$port/shop/cache,mode=max" \
        --tag "127.0.0.1:$port/shop/api:1" "$1" && docker_cli push "127.0.0.1:$port/shop/api:1"
}

# Both with larderd as the registry, with the same flags; and the best use as Larder's documentation has it: layers that are
# not compressed by BuildKit, which larderd compresses on the wire and stores deduplicated.

best-larder_new_server() { larder_registry_new_server; }
best-larder_new_runner() { buildkit_new_runner; }
best-larder_build() { best_build "$@"; }
best-larder_run_steps() { buildkit_run_steps "$@"; }
best-larder_stop() { buildkit_stop; }

default-larder_new_server() { larder_registry_new_server; }
default-larder_new_runner() { buildkit_new_runner; }
default-larder_build() { default_build "$@"; }
default-larder_run_steps() { buildkit_run_steps "$@"; }
default-larder_stop() { buildkit_stop; }

plain-larder_new_server() { larder_registry_new_server; }
plain-larder_new_runner() { buildkit_new_runner; }
plain-larder_build() { build_straight_to_registry uncompressed,force-compression=true "$@"; }
plain-larder_run_steps() { buildkit_run_steps "$@"; }
plain-larder_stop() { buildkit_stop; }
