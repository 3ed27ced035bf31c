# Sourced by scripts that build the demonstration: what a build has to know about the way to the outside.

# The proxy variables that are set: predefined build arguments, which change no key.
proxy_settings() {
    local name
    for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
        [[ -z ${!name:-} ]] || build_settings+=(--build-arg "$name=${!name}")
    done
}

# Prints a pip configuration that takes packages from where this machine takes them.
pip_configuration() {
    echo '[global]'
    [[ -z ${PIP_INDEX_URL:-} ]] || echo "index-url = $PIP_INDEX_URL"
    [[ -z ${PIP_EXTRA_INDEX_URL:-} ]] || echo "extra-index-url = $PIP_EXTRA_INDEX_URL"
    [[ -z ${PIP_TRUSTED_HOST:-} ]] || echo "trusted-host = $PIP_TRUSTED_HOST"
    [[ -z ${PIP_INDEX_URL:-} ]] || return 0
    local files=(/etc/pip.conf "$HOME/.pip/pip.conf" "$HOME/.config/pip/pip.conf" "${PIP_CONFIG_FILE:-}")
    local file
    for file in "${files[@]}"; do
        [[ ! -f $file ]] || grep -E '^(index-url|extra-index-url|trusted-host|proxy|timeout) *=' "$file" || true
    done | awk -F ' *=' '{ line[$1] = $0 } END { for (name in line) print line[name] }'
}

# collect_build_settings FILE: sets build_settings to flags that docker and larder both understand. pip's
# configuration may hold a password, so it goes into FILE and from there into the build as a secret.
collect_build_settings() {
    build_settings=()
    proxy_settings
    (umask 077 && pip_configuration >"$1")
    build_settings+=(--secret "id=pip,src=$1")
}
