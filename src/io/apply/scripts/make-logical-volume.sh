# Arguments: group, name, bytes.
if lvs --noheadings "$1/$2" >/dev/null 2>&1; then exit 0; fi
lvcreate --yes --wipesignatures n --zero n --name "$2" --size "${3}b" "$1" >&2
