# Sourced by benchmarks: what is measured around a command, in the same way for every contender.

# Bytes on the wire are counted by the kernel, on the loopback interface, for one TCP port: whole IP packets, both
# directions apart. Nothing else on the machine disturbs them.
wire_chain=larder-bench-$$

wire_open() {
    iptables --new-chain "$wire_chain"
    iptables --append "$wire_chain" --protocol tcp --source-port "$1"
    iptables --append "$wire_chain" --protocol tcp --destination-port "$1"
    iptables --insert INPUT 1 --in-interface lo --jump "$wire_chain"
}

wire_close() {
    iptables --delete INPUT --in-interface lo --jump "$wire_chain" 2>/dev/null || true
    iptables --flush "$wire_chain" 2>/dev/null || true
    iptables --delete-chain "$wire_chain" 2>/dev/null || true
}

wire_reset() {
    iptables --zero "$wire_chain" 2>/dev/null
}

# Prints the bytes from the server and the bytes to it since the last reset.
wire_read() {
    iptables --list "$wire_chain" --verbose --numeric --exact 2>/dev/null | awk 'NR > 2 { print $2 }' | paste -sd ' '
}

# watch_memory PID FILE: keeps the peak of a process's anonymous resident memory, in kB, in FILE, until killed.
watch_memory() {
    local key value rest pause peak=0
    exec {pause}<> <(:) # reading from it is a pause that starts no process
    while [[ -r /proc/$1/status ]]; do
        while read -r key value rest; do
            [[ $key != RssAnon: ]] || { ((value <= peak)) || echo "$((peak = value))" >"$2"; }
        done <"/proc/$1/status" 2>/dev/null || true
        read -rt 0.05 -u "$pause" || true
    done
}

# measure OUTPUT SERVER_PID CLIENT_PID COMMAND...: runs a command whose output goes to OUTPUT, and sets
# measured_status, measured_seconds, measured_down, measured_up (bytes), measured_server and measured_client (peak
# kB). CLIENT_PID is the process whose memory counts as the client's; 0 for the command itself.
measure() {
    local output=$1 server=$2 client=$3
    shift 3
    local peaks start end watchers=()
    peaks=$(mktemp -d)
    echo 0 | tee "$peaks/server" >"$peaks/client"
    sync
    wire_reset
    start=$EPOCHREALTIME
    "$@" >"$output" 2>&1 &
    local command_pid=$!
    [[ $client -ne 0 ]] || client=$command_pid
    watch_memory "$server" "$peaks/server" &
    watchers+=($!)
    watch_memory "$client" "$peaks/client" &
    watchers+=($!)
    measured_status=0
    wait "$command_pid" || measured_status=$?
    end=$EPOCHREALTIME
    kill "${watchers[@]}" 2>/dev/null || true
    wait "${watchers[@]}" 2>/dev/null || true
    measured_seconds=$(awk -v start="$start" -v end="$end" 'BEGIN { printf "%.3f", end - start }')
    read -r measured_down measured_up < <(wire_read)
    measured_server=$(<"$peaks/server")
    measured_client=$(<"$peaks/client")
    rm -rf "$peaks"
}
