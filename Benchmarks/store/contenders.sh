# Sourced by run: what each contender does with the corpus. For each there are
#
#   NAME_open            makes an empty store in $disk/NAME
#   NAME_add LAYER REPOSITORY
#                        stores a layer; for a registry, the image whose uppermost layer it is
#   NAME_settle          the background work that the contender has, to its end; fails when it has none
#   NAME_close           leaves the store at rest
#   NAME_about           prints its version and settings

# docker-registry, with layers compressed as docker pushes them

docker-registry_open() { start_registry "$disk/docker-registry" "$port"; }
docker-registry_add() { Benchmarks/store/push-image "$port" "$corpus" "$1" --gzip; }
docker-registry_settle() { return 1; }
docker-registry_close() { stop_registry; }
docker-registry_about() { echo "$(peer docker-registry --version | awk '{ print $3 }'), layers gzip -6"; }

# larderd, with layers as they are

larder_open() { start_larderd "$bin/larderd" "$disk/larder" "$port" "$disk/larderd.log"; }
larder_add() { Benchmarks/store/push-image "$port" "$corpus" "$1"; }
larder_settle() {
    "$bin/larderd" --help | grep -q '^ *maintain ' && "$bin/larderd" maintain --root "$disk/larder" >"$disk/maintain.log"
}
larder_close() { stop_larderd; }
larder_about() { echo "$("$bin/larderd" --version), uncompressed layers"; }

# restic, each tar as a file; `max` is its strongest compression

restic_command() {
    peer env HOME="$disk/home" RESTIC_PASSWORD=none restic --quiet --no-cache --repo "$disk/restic" "$@"
}
restic_open() { restic_command init --repository-version 2; }
restic_add() { restic_command backup --compression max "$corpus/$1.tar"; }
restic_settle() { return 1; }
restic_close() { :; }
restic_about() { echo "$(peer restic version | awk '{ print $2 }'), repository version 2, --compression max"; }

# borg, each tar as a file, with its own chunk sizes (2 MiB) and with some that are near Larder's (64 KiB)

borg_compression=zstd,19
borg_command() {
    local repository=$1
    shift
    peer env HOME="$disk/home" BORG_BASE_DIR="$disk/home" BORG_REPO="$disk/$repository" \
        BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes borg "$@"
}
borg_open() { borg_command borg init --encryption none; }
borg_add() { borg_command borg create --compression "$borg_compression" "::$1" "$corpus/$1.tar"; }
borg_settle() { return 1; }
borg_close() { :; }
borg_about() { echo "$(peer borg --version | awk '{ print $2 }'), --compression $borg_compression"; }

borg-fine_open() { borg_command borg-fine init --encryption none; }
borg-fine_add() {
    borg_command borg-fine create --compression "$borg_compression" --chunker-params buzhash,14,18,16,4095 "::$1" \
        "$corpus/$1.tar"
}
borg-fine_settle() { return 1; }
borg-fine_close() { :; }
borg-fine_about() { echo "$(borg_about), --chunker-params buzhash,14,18,16,4095"; }

# borg's reader of tars: it keeps the files, not the tar, which cannot be had back bit for bit

borg-import_open() { borg_command borg-import init --encryption none; }
borg-import_add() {
    borg_command borg-import import-tar --compression "$borg_compression" "::$1" "$corpus/$1.tar"
}
borg-import_settle() { return 1; }
borg-import_close() { :; }
borg-import_about() { echo "$(borg_about), import-tar (not bit for bit)"; }

# desync, whose chunks are compressed with zstd and cannot be compressed otherwise

desync_open() { mkdir -p "$disk/desync/store"; }
desync_add() {
    peer desync make --concurrency 2 --store "$disk/desync/store" "$disk/desync/$1.caibx" "$corpus/$1.tar"
}
desync_settle() { return 1; }
desync_close() { :; }
desync_about() { echo "$(peer dpkg-query --show --showformat '${Version}' desync), chunks of 16 to 256 KiB"; }
