# Sourced by the changes of the applications (NAME/changes/SCENARIO), which are run inside a fresh copy of NAME/app.

# change FILE EXPRESSION: edits FILE in place with sed, and fails if that changed nothing: a change that has lost its place in
# an application would measure a build that is the same as before.
change() {
    local before
    before=$(sha256sum <"$1")
    sed -i "$2" "$1"
    [[ $before != "$(sha256sum <"$1")" ]] || {
        echo "$0: sed '$2' changes nothing in $1" >&2
        exit 1
    }
}

# Makes the last RUN of the Dockerfile fail, once it has done its work.
fail_last_run() {
    local first last
    first=$(grep -n '^RUN ' Dockerfile | tail -n 1 | cut -d : -f 1)
    # It ends at the first line that does not go on.
    last=$(awk -v first="${first:-0}" 'first && NR >= first && !/\\$/ { print NR; exit }' Dockerfile)
    [[ -n $last ]] || {
        echo "$0: the Dockerfile has no RUN" >&2
        exit 1
    }
    change Dockerfile "${last}s/\$/ \\&\\& false/"
}

# Removes what is run after the last COPY.
remove_last_run() {
    local copy
    copy=$(grep -n '^COPY ' Dockerfile | tail -n 1 | cut -d : -f 1)
    change Dockerfile "$copy,\${/^RUN /d}"
}
