# Sourced by benchmarks: what they ran on.

# describe_run LENGTH: prints commit, machine and versions, a line each.
describe_run() {
    echo "- commit: $(git describe --always --dirty 2>/dev/null || echo unknown), length: $1"
    echo "- machine: $(nproc) × $(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -n 1)," \
        "$(awk '/MemTotal/ { printf "%.0f GB", $2 / 1e6 }' /proc/meminfo), Linux $(uname --kernel-release)"
    echo "- $(swift --version 2>/dev/null | grep -oE 'Swift version [^ ]+' | head -n 1), built with -c release"
    echo "- begun: $(date --utc +'%Y-%m-%d %H:%M UTC'), load before: $(cut -d ' ' -f 1-3 /proc/loadavg)"
    ! command -v valgrind >/dev/null || echo "- $(valgrind --version)"
    dpkg-query --admindir="${LARDER_PEERS_DIR:-/var/cache/larder-peers}/root/var/lib/dpkg" --show \
        --showformat '- ${Package} ${Version}\n' docker.io docker-buildx docker-registry buildah runc restic borgbackup desync wrk \
        2>/dev/null || true
}
