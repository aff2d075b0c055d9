# Lines on standard input, in the order in which they are to be done:
#   pending ACTION · mask UNIT… · disable UNIT… · file PATH MODE OWNER BASE64 · action ACTION · enable UNIT…
# Each file is whole or not there at all; the one that was there before Holdfast came is kept beside it.
write() {
  folder=$(dirname -- "$1")
  [ -d "$folder" ] || mkdir -p -- "$folder"
  new=$(mktemp -- "$folder/.holdfast.XXXXXXXX")
  trap 'rm -f -- "$new"' EXIT
  if [ -n "$4" ]; then printf '%s' "$4" | base64 -d >"$new"; fi
  chown -- "$3" "$new"
  chmod -- "$2" "$new"
  sync -- "$new"
  if [ "$2" != 400 ] && [ "$2" != 500 ] && [ -f "$1" ] && [ ! -e "$1.before-holdfast" ]; then
    cp -p -- "$1" "$1.before-holdfast"
  fi
  mv -fT -- "$new" "$1"
  trap - EXIT
}
while IFS=' ' read -r verb first rest; do
  case $verb in
    pending) mkdir -p "$pending" && : >"$pending/$first" ;;
    mask) systemctl mask --now -- $first $rest >&2 ;;
    disable) systemctl disable --now -- $first $rest >&2 ;;
    enable) systemctl enable --quiet -- $first $rest >&2 ;;
    file)
      set -- $rest
      write "$first" "$1" "$2" "${3-}"
      ;;
    action)
      case $first in
        systemd-reload) systemctl daemon-reload ;;
        sysctl) sysctl --quiet --system >&2 ;;
        modules-load) systemctl restart systemd-modules-load.service ;;
        unit-reload:*) systemctl try-reload-or-restart -- "${first#unit-reload:}" >&2 ;;
        *) refuse step-failed "unknown action $first" ;;
      esac
      rm -f -- "$pending/$first"
      ;;
    *) refuse step-failed "unknown line $verb" ;;
  esac
done
sync
