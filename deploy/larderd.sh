# Sourced by scripts that need a server for as long as they run.

# Prints a port that nothing listens on.
free_port() {
    local port
    while true; do
        port=$((20000 + RANDOM % 12000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

# start_larderd PROGRAM ROOT PORT LOG [ADDRESS [FLAG...]]: starts a server, on loopback if there is no address, waits until it
# answers, sets larderd_pid.
start_larderd() {
    local address=${5:-127.0.0.1}
    "$1" --root "$2" --listen "$address:$3" "${@:6}" >"$4" 2>&1 &
    larderd_pid=$!
    local attempt
    for attempt in {1..150}; do
        curl --silent --fail --max-time 2 "http://$address:$3/healthz" >/dev/null 2>&1 && return 0
        kill -0 "$larderd_pid" 2>/dev/null || break
        sleep 0.1
    done
    tail -n 20 "$4" >&2
    echo "larderd did not start on port $3 (attempt $attempt)" >&2
    return 1
}

# Stops the server, if there is one, as an operator would; waits until it is gone.
stop_larderd() {
    [[ -n ${larderd_pid:-} ]] || return 0
    kill "$larderd_pid" 2>/dev/null || true
    wait "$larderd_pid" 2>/dev/null || true
    larderd_pid=
}
