# Sourced by the script that runs the commands of README.md, after machine.sh: what they find on a reader's machine and in its world.

ln -s "$REPOSITORY/deploy" deploy
names larder.internal registry.example.com quay.io
echo 127.0.0.2 registry-1.docker.io >>/etc/hosts
# Of a server of one's own, and of all others.
authority /etc/larder/ca
certificate /etc/larder/tls /etc/larder/ca larder.internal
authority "$GUIDE/world"
believe "$GUIDE/world"

# The programs are built already: it is asked only whether there are such targets.
make() { command make --dry-run --directory "$REPOSITORY" "$@" >/dev/null; }

# begin_registry NAME ADDRESS AUTHENTICATION HOST...: Debian's docker-registry in the place of others.
begin_registry() {
    local name=$GUIDE/$1 address=$2 authentication=$3
    shift 3
    certificate "$name" "$GUIDE/world" "$@"
    cat >"$name.yml" <<END
version: 0.1
storage: {filesystem: {rootdirectory: $name}}
http: {addr: "$address:443", tls: {certificate: $name.crt, key: $name.key}}
$authentication
END
    docker-registry serve "$name.yml" >"$name.log" 2>&1 </dev/null &
    await_port 443 "$address"
}

# A reader has a login for registry.example.com, and the server's administrator one for quay.io; everybody pulls from docker.io.
begin_registries() {
    local login
    login=$(printf reader:secret | base64)
    # shellcheck disable=SC2016 # `htpasswd -nbB reader secret`
    echo 'reader:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a' >"$GUIDE/htpasswd"
    begin_registry closed 127.0.0.1 "auth: {htpasswd: {realm: registry, path: $GUIDE/htpasswd}}" registry.example.com quay.io
    begin_registry open 127.0.0.2 '' registry-1.docker.io
    mkdir -p "$HOME/.docker"
    echo "{\"auths\": {\"registry.example.com\": {\"auth\": \"$login\"}}}" >"$HOME/.docker/config.json"
    echo "{\"auths\": {\"quay.io\": {\"auth\": \"$login\"}}}" >/etc/larder/config.json
}

# A small root filesystem in the place of Debian: what needs its archive or PyPI does nothing. `make demo` builds the same application
# on Debian.
lay_base() {
    mkdir -p base/bin
    printf '#!/bin/sh\n' >base/bin/apt-get
    printf '#!/bin/sh\necho "$3:x:999:999::/:/bin/sh" >>/etc/passwd\n' >base/bin/useradd
    cat >base/bin/python3 <<'END'
#!/bin/sh
# python3 -m venv DIRECTORY
mkdir -p "$3/bin"
printf '#!/bin/sh\n' >"$3/bin/python"
cp "$3/bin/python" "$3/bin/pip"
chmod 755 "$3/bin/python" "$3/bin/pip"
END
    chmod 755 base/bin/*
    cp "$GUIDE/tiny.tar" base.tar
    tar --append --file base.tar --owner 0 --group 0 --directory base ./bin/apt-get ./bin/useradd ./bin/python3
}

# What others have put into these registries, from a server that the reader knows nothing of.
fill_registries() {
    local name
    local -x LARDER_SERVER=http://127.0.0.1:7069
    lay_base
    larderd --root "$GUIDE/origin" --listen 127.0.0.1:7069 >"$GUIDE/origin.log" 2>&1 &
    await_port 7069
    command larder import base.tar debian:bookworm
    command larder push debian:bookworm docker.io/library/debian:bookworm
    for name in registry.example.com/prometheus/busybox docker.io/library/hello-world; do
        mkdir -p "images/$name"
        echo "$name" >"images/$name/name"
        printf 'FROM scratch\nCOPY name /\n' | command larder build -f - -t "$name" --push "images/$name"
    done
    kill %larderd
    wait %larderd
}
begin_registries
fill_registries

# Readers type slower than a server starts.
larder() {
    await_server_started
    command larder "$@"
}
docker() {
    await_server_started
    command docker "$@"
}
await_server_started() { [[ $(jobs -r) != *larderd* ]] || await_port 7070; }

# docker is told of a changed file, and from then on it knows docker.io by its mirror alone.
systemctl() {
    [[ "$*" == 'reload docker' ]] || return
    jq --slurp add "$GUIDE/daemon.json" /etc/docker/daemon.json >"$GUIDE/daemon.json.new" && cat "$GUIDE/daemon.json.new" >"$GUIDE/daemon.json"
    nsenter --target "$peers_pid" --mount umount "$peers_root/etc/hosts" || return
    # shellcheck disable=SC2016 # for the shell in there
    nsenter --target "$peers_pid" --mount --pid chroot "$peers_root" sh -c 'kill -HUP $(cat /run/docker.pid)' || return
    until command docker info --format '{{json .RegistryConfig.Mirrors}}' | grep -q 127.0.0.1:7070; do sleep 0.1; done
}
