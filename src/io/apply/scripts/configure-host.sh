# Lines on standard input, in the order in which they are to be done:
#   pending ACTION · mask UNIT… · disable UNIT… · file PATH MODE OWNER BASE64 · action ACTION · enable UNIT…
# Each file is whole or not there at all; the one that was there before Holdfast came is kept beside it.
new='' public=''
trap 'rm -f -- $new' EXIT
stage() {
  case $1 in
    /etc/holdfast/*) mkdir -p -m 700 -- "${1%/*}" ;;
    *) [ -d "${1%/*}" ] || mkdir -p -- "${1%/*}" ;;
  esac
  new="$new $1.holdfast-new"
  rm -f -- "$1.holdfast-new"
  umask 077
  printf '%s' "$4" | base64 -d >"$1.holdfast-new"
  [ "$3" = root:root ] || chown -- "$3" "$1.holdfast-new"
  case $2 in
    644) public="$public $1.holdfast-new" ;;
    *) chmod -- "$2" "$1.holdfast-new" ;;
  esac
  umask 022
}
# All new files are on the disk before the first takes its place.
place() {
  [ -n "$new" ] || return 0
  [ -z "$public" ] || chmod 644 -- $public
  public=''
  sync -- $new
  for file in $new; do
    path=${file%.holdfast-new}
    case $path in
      /etc/holdfast/* | */authkey) ;;
      *) [ ! -f "$path" ] || [ -e "$path.before-holdfast" ] || cp -p -- "$path" "$path.before-holdfast" ;;
    esac
    mv -fT -- "$file" "$path"
  done
  new=''
}
# 5: there is no such unit, so nothing to stop.
stop_units() { systemctl stop -- "$@" >&2 || [ $? -eq 5 ]; }
reload=no
while IFS=' ' read -r verb first rest; do
  [ "$verb" = file ] || place
  case $verb in
    pending)
      [ -d "$pending" ] || mkdir -p "$pending"
      : >"$pending/$first"
      ;;
    mask)
      systemctl --no-reload mask -- $first $rest >&2
      stop_units $first $rest
      reload=yes
      ;;
    disable)
      SYSTEMCTL_SKIP_SYSV=1 systemctl --no-reload disable -- $first $rest >&2
      stop_units $first $rest
      reload=yes
      ;;
    file)
      set -- $rest
      stage "$first" "$1" "$2" "${3-}"
      ;;
    enable)
      # The hooks for System V scripts take seconds, and each of these has a unit of its own.
      SYSTEMCTL_SKIP_SYSV=1 systemctl --no-reload --quiet enable -- $first $rest >&2
      reload=yes
      ;;
    action)
      case $first in
        systemd-reload) reload=yes ;;
        sysctl) sysctl --quiet --system >&2 ;;
        modules-load) /usr/lib/systemd/systemd-modules-load >&2 ;;
        firewalld-reload) firewall-cmd --quiet --reload >&2 ;;
        ufw-reload) ufw reload >&2 ;;
        unit-reload:*) systemctl try-reload-or-restart -- "${first#unit-reload:}" >&2 ;;
        *) refuse step-failed "unknown action $first" ;;
      esac
      done_actions="${done_actions-} $pending/$first"
      ;;
    *) refuse step-failed "unknown line $verb" ;;
  esac
done
place
[ "$reload" = no ] || systemctl daemon-reload
[ -z "${done_actions-}" ] || rm -f -- $done_actions
sync
