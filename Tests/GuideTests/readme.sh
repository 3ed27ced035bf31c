# Sourced by the script that runs the commands of README.md: what they find on a reader's machine, in a mount namespace.

# A server's root at its usual place, and everything that the test leaves, are in the test's directory.
mkdir -p "$GUIDE/var" "$GUIDE/tmp"
mount --bind "$GUIDE/var" /var/lib
export TMPDIR=$GUIDE/tmp
ln -s "$REPOSITORY/deploy" deploy

# The programs are built already: it is asked only whether there are such targets.
make() { command make --dry-run --directory "$REPOSITORY" "$@" >/dev/null; }

# A small root filesystem in the place of Debian: what needs its archive or PyPI does nothing. `make demo` builds the same application
# on Debian.
lay_base() {
    mkdir -p base/bin
    printf '#!/bin/sh\n' >base/bin/apt-get
    printf '#!/bin/sh\necho "$4:x:999:999::/:/bin/sh" >>/etc/passwd\n' >base/bin/useradd
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

# Readers type slower than a server starts, and it fetches the base from a registry.
larder() {
    local attempt
    if [[ ! -e base.tar ]]; then
        lay_base
        for attempt in {1..1200}; do
            ! larderd health --root /var/lib/larder >/dev/null 2>&1 || break
            sleep 0.1
        done
        command larder import --server http://127.0.0.1:7070 base.tar debian:bookworm || return
    fi
    command larder "$@"
}
