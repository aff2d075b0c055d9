# Stands before each script that changes a machine. A refusal is one line that the program reads, and exit status 65.
# The shared lock on "steps" lets a later apply wait until a step that its killed predecessor began has ended.
set -eu
set -f
refuse() { printf 'holdfast-refused %s\n' "$*"; exit 65; }
say() { printf 'holdfast-progress %s\n' "$*"; }
pending=/var/lib/holdfast/pending
mkdir -p /run/holdfast
exec 9>/run/holdfast/steps
flock -s 9
