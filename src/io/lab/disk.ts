// A disk of a lab machine that fails or stands still: device-mapper does it below DRBD, to the logical volume that the data
// lies on. Source: dmsetup(8), targets linear and error.
import type { Fault } from '../../core/drill/world.ts'
import type { Command } from '../transport/transport.ts'

type DiskState = Extract<Fault, { kind: 'disk' }>['state']

// The volume's own table is kept where a reboot forgets it, because that brings the disk back by itself.
const script = `set -e
state=$1
shift
for path do
  name=$(dmsetup info -c --noheadings -o name "$path")
  kept=/run/holdfast-disk-$name
  case $state in
    error)
      [ -e "$kept" ] || dmsetup table "$name" >"$kept"
      dmsetup load "$name" --table "0 $(blockdev --getsz "$path") error"
      dmsetup suspend --noflush --nolockfs "$name"
      dmsetup resume "$name"
      ;;
    hang) dmsetup suspend --noflush --nolockfs "$name" ;;
    working)
      if [ -e "$kept" ]; then
        dmsetup load "$name" "$kept"
        dmsetup suspend --noflush --nolockfs "$name"
        rm -f "$kept"
      fi
      dmsetup resume "$name"
      ;;
  esac
done`

/** `paths`: the logical volumes. */
export const diskFault = (
  state: Exclude<DiskState, 'full'>,
  paths: readonly string[],
): Omit<Command, 'timeout' | 'asRoot'> => ({ program: 'sh', args: ['-c', script, 'sh', state, ...paths] })
