# Argument: who we are, for others to read. Holds the lock until the connection ends: the line that it writes now and then
# fails when nobody reads it any more. First it waits for steps of a predecessor that was killed.
set -eu
mkdir -p /run/holdfast
exec 8>>/run/holdfast/lock 9>/run/holdfast/steps
flock -n 8 || { printf 'holdfast-refused locked %s\n' "$(cat /run/holdfast/lock)"; exit 65; }
printf '%s\n' "$1" >/run/holdfast/lock
flock -x -w 300 9 || { printf 'holdfast-refused locked %s\n' 'a step of an earlier apply that still runs'; exit 65; }
exec 9>&-
while printf 'holdfast-locked\n'; do sleep 2 8>&-; done
