# Arguments: the version ADMIN_EPOCH.EPOCH that the update starts from. Standard input: the whole <configuration>.
# The patch carries the version it was made from, and Pacemaker refuses it when somebody changed the CIB in between; a mere
# change of the status section is no reason to refuse, so then it is made again.
work=$(mktemp -d /run/holdfast/cib.XXXXXXXX)
trap 'rm -rf -- "$work"' EXIT
cat >"$work/configuration"
tries=0
while :; do
  cibadmin --query >"$work/old"
  head=$(grep -m 1 '<cib ' "$work/old")
  admin=$(printf '%s' "$head" | sed -n 's/.* admin_epoch="\([0-9]*\)".*/\1/p')
  epoch=$(printf '%s' "$head" | sed -n 's/.* epoch="\([0-9]*\)".*/\1/p')
  [ "$admin.$epoch" = "$1" ] || refuse cib-conflict "$1 $admin.$epoch"
  awk -v file="$work/configuration" -v next_epoch="$((epoch + 1))" '
    /^<cib / { sub(/ epoch="[0-9]*"/, " epoch=\"" next_epoch "\""); sub(/ num_updates="[0-9]*"/, " num_updates=\"0\"") }
    /^  <configuration>/ { while ((getline line < file) > 0) print line; skip = 1 }
    !skip { print }
    /^  <\/configuration>/ { skip = 0 }
  ' "$work/old" >"$work/new"
  crm_verify --xml-file "$work/new" >"$work/why" 2>&1 || refuse cib-refused "$(paste -sd' ' "$work/why")"
  status=0
  crm_diff --original "$work/old" --new "$work/new" >"$work/patch" || status=$?
  [ "$status" -ne 0 ] || break
  if cibadmin --patch --xml-file "$work/patch" 2>"$work/why"; then break; fi
  tries=$((tries + 1))
  [ "$tries" -lt 8 ] || refuse cib-refused "$(paste -sd' ' "$work/why")"
  sleep 0.2
done
