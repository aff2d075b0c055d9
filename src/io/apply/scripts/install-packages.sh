# Arguments: packages. Their daemons must not start by themselves: the cluster starts them, with its own configuration.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
say 'reading the package lists'
apt-get update -q >&2 || say 'the package lists could not be brought up to date; going on with what is known'
for package in "$@"; do
  apt-cache show "$package" >/dev/null 2>&1 || refuse package-absent "$package"
done
say "installing $*"
apt-get install -y -q --no-install-recommends -o Dpkg::Options::=--force-confold -- "$@" >&2
