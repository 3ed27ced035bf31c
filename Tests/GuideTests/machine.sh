# Sourced by the script that runs commands as they stand for a reader: a machine that may be changed everywhere that they change
# something, and a world that consists of this machine. All of it is in the guide's mount namespace, and its files in the guide's directory.

mkdir -p "$GUIDE/var" "$GUIDE/tmp" "$GUIDE/local"
export TMPDIR=$GUIDE/tmp
cp --archive /etc "$GUIDE/etc"
mount --bind "$GUIDE/etc" /etc
mount --bind "$GUIDE/var" /var/lib
mount --bind "$GUIDE/local" /usr/local/bin
mkdir -p /etc/larder /etc/docker

# These hosts are this machine.
names() {
    rm -f /etc/hosts # may be a link
    echo 127.0.0.1 localhost "$@" >/etc/hosts
}

# authority NAME: makes NAME.crt and NAME.key.
authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout "$1.key" -out "$1.crt" -days 2 \
        -subj "/CN=Authority ${1##*/} of a test" 2>/dev/null
}

# certificate NAME AUTHORITY HOST...: makes NAME.crt and NAME.key, of an authority that was made before.
certificate() {
    local name=$1 authority=$2 hosts
    shift 2
    hosts=$(printf ',DNS:%s' "$@")
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout "$name.key" -out "$name.crt" -days 2 \
        -subj "/CN=$1" -CA "$authority.crt" -CAkey "$authority.key" -addext basicConstraints=CA:false \
        -addext "subjectAltName=${hosts#,}" 2>/dev/null
}

# believe AUTHORITY: as the system's certificates are believed.
believe() { cat "$1.crt" >>/etc/ssl/certs/ca-certificates.crt; }

# await_port PORT [ADDRESS]: something listens there, within two minutes.
await_port() {
    local attempt
    for attempt in {1..1200}; do
        ! (exec 9<>"/dev/tcp/${2:-127.0.0.1}/$1") 2>/dev/null || return 0
        sleep 0.1
    done
}
