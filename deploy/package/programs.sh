# Sourced by scripts that put programs into trees. Needs binutils and patchelf.

# The libraries of Swift that a program is loaded with.
swift_libraries() { ldd "$1" | awk '$3 ~ /\/swift\/linux\// { print $3 }'; }

# lay_program PROGRAM TREE: the program, stripped, below TREE/usr, and its libraries where it looks for them, which is beside itself.
lay_program() {
    local program=$1 tree=$2 name library libraries
    name=$(basename "$program")
    mapfile -t libraries < <(swift_libraries "$program")
    mkdir -p "$tree/usr/bin"
    if [[ ${#libraries[@]} -eq 0 ]]; then
        strip --strip-unneeded -o "$tree/usr/bin/$name" "$program"
        chmod 755 "$tree/usr/bin/$name"
        return
    fi
    mkdir -p "$tree/usr/lib/$name"
    strip --strip-unneeded -o "$tree/usr/lib/$name/$name" "$program"
    chmod 755 "$tree/usr/lib/$name/$name"
    # Nothing is looked for where it was built.
    patchelf --set-rpath '$ORIGIN' "$tree/usr/lib/$name/$name"
    for library in "${libraries[@]}"; do
        strip --strip-unneeded -o "$tree/usr/lib/$name/$(basename "$library")" "$library"
        chmod 644 "$tree/usr/lib/$name/$(basename "$library")"
    done
    ln -s "../lib/$name/$name" "$tree/usr/bin/$name"
}
