// The sentences for each trouble: what is wrong and on which machine, a command that shows it, and the way out.
import { showBytes, showDuration } from '../base/units.ts'
import type { Trouble } from './trouble.ts'

export interface TroubleText {
  /** One sentence that names the machine. */
  readonly message: string
  /** To be typed by a person who wants to see it for himself. */
  readonly look?: string
  readonly wayOut: string
}

type Blocked = Extract<Trouble, { kind: 'port-blocked' }>

const knocked: Readonly<Record<Blocked['answer'], { said: string; wayOut: (t: Blocked) => string }>> = {
  silent: {
    said: 'does not answer at all, as when a packet filter drops it or the cable is out',
    wayOut: t => `Look at the link between the two, and let ${t.from} in at that port in the firewall of ${t.to}.`,
  },
  refused: {
    said: 'is refused: nobody listens there, or a packet filter rejects it',
    wayOut: t => `See whether DRBD is up on ${t.to} (drbdadm status), and whether its firewall lets ${t.from} in.`,
  },
  'no-route': {
    said: 'cannot be reached: there is no route to it',
    wayOut: t => `Look at the cable and the switch, and at the link address of ${t.to} in the cluster file.`,
  },
  answers: {
    said: 'answers there, but the two do not come together the other way round, or do not agree',
    wayOut: t =>
      `Let ${t.to} in at that port in the firewall of ${t.from}; if it is, see what the kernel says (dmesg).`,
  },
}

export function troubleText(t: Trouble): TroubleText {
  switch (t.kind) {
    case 'unreachable':
      return {
        message: `${t.node} does not answer over ssh: ${t.detail}`,
        look: `ssh ${t.node} true`,
        wayOut: 'Switch the machine on, or correct its `management` address in the cluster file; nothing was begun.',
      }
    case 'host-key':
      if (/host key is known/.test(t.detail))
        return {
          message: `The ssh host key of ${t.node} is not known here yet: ${t.detail}`,
          look: `ssh ${t.node} true`,
          wayOut: `Log in once by hand, compare the fingerprint with the one on the machine (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub there), and accept it.`,
        }
      return {
        message: `${t.node} shows another ssh host key than the one you know: ${t.detail}`,
        look: `ssh ${t.node} true`,
        wayOut: `If the machine was reinstalled, remove its old key (ssh-keygen -R) and accept the new one by hand; if not, somebody may be in between.`,
      }
    case 'authentication':
      return {
        message: `${t.node} refuses the ssh login: ${t.detail}`,
        look: `ssh -v ${t.node} true`,
        wayOut: `Put your key there with ssh-copy-id, or set \`user\` under \`management\` in the cluster file.`,
      }
    case 'sudo':
      return {
        message: `${t.node}: the login may not become root: ${t.detail}`,
        look: `ssh ${t.node} sudo -n true`,
        wayOut: 'Allow the login to use sudo without a password, or log in as root.',
      }
    case 'timed-out':
      return {
        message: `${t.node}: "${t.command}" took longer than ${showDuration(t.after)}`,
        look: `ssh ${t.node} uptime`,
        wayOut: 'See what the machine is busy with, then run apply again: it goes on where it stopped.',
      }
    case 'connection-lost':
      return {
        message: `The connection to ${t.node} broke during "${t.command}": ${t.detail}`,
        look: `ssh ${t.node} uptime`,
        wayOut: 'When the machine answers again, run apply again: it looks at what was done and goes on.',
      }
    case 'no-room':
      return {
        message: `${t.node} has no room for a temporary file, neither in memory nor on its disk: ${t.detail}`,
        look: `ssh ${t.node} df -h /dev/shm /tmp`,
        wayOut: `Make room below /tmp on ${t.node}; it was only looked at, nothing was changed.`,
      }
    case 'unreadable':
      return {
        message: `${t.node}: ${t.path} could not be read: ${t.detail}`,
        look: `ssh ${t.node} ls -l ${t.path}`,
        wayOut: 'Correct the reason above; Holdfast does not guess what is in a file that it cannot read.',
      }
    case 'aborted':
      return {
        message: `Stopped while "${t.command}" ran on ${t.node}`,
        wayOut: 'Run apply again: it looks at what was done and goes on.',
      }
    case 'package-absent':
      return {
        message: `${t.node}: ${t.packages.join(', ')} could not be installed: ${t.detail}`,
        look: `ssh ${t.node} apt-cache policy ${t.packages.join(' ')}`,
        wayOut: `Make a package source with them known to ${t.node}, or install them by hand.`,
      }
    case 'engine-absent':
      return {
        message: `${t.node}: ${t.engine} is not there, and its kernel or packages offer none`,
        look: `ssh ${t.node} modinfo ${t.engine}`,
        wayOut: `Install ${t.package} for the running kernel, and run apply again.`,
      }
    case 'fence-agent-absent':
      return {
        message: `${t.node} has no ${t.agent}, so it could not switch off its peer`,
        look: `ssh ${t.node} command -v ${t.agent}`,
        wayOut: `Install the package that holds it (Debian: ${t.agent.replaceAll('_', '-').replace(/^fence-/, 'fence-agents-')} or fence-agents).`,
      }
    case 'clock-apart':
      return {
        message: `The clocks of ${t.nodes.join(' and ')} are ${showDuration(t.apart)} apart (at most ${showDuration(t.limit)})`,
        look: `ssh ${t.nodes[0]} timedatectl`,
        wayOut: 'Let chrony or systemd-timesyncd run on all nodes and wait until `timedatectl` says synchronized.',
      }
    case 'clock-alone':
      return {
        message: `${t.node} keeps its clock with no time service`,
        look: `ssh ${t.node} timedatectl`,
        wayOut: 'Install chrony: logs of two nodes can be compared only where their clocks agree.',
      }
    case 'name-wrong':
      return {
        message: `${t.node} resolves the name ${t.name} to ${t.found.join(', ') || 'nothing'} and not to its cluster address ${t.expected}`,
        look: `ssh ${t.node} getent ahosts ${t.name}`,
        wayOut: `Take the line with ${t.name} out of /etc/hosts on ${t.node} (Debian's installer writes 127.0.1.1), or look at what /etc/nsswitch.conf asks first.`,
      }
    case 'address-absent':
      return {
        message: `${t.node} does not have the link address ${t.address} of the cluster file`,
        look: `ssh ${t.node} ip -brief address`,
        wayOut: `Configure ${t.address} on an interface of ${t.node}, or correct \`links\` in the cluster file.`,
      }
    case 'network-absent':
      return {
        message: `${t.node} has no interface in the network of the service address ${t.address}`,
        look: `ssh ${t.node} ip -brief address`,
        wayOut: 'Correct the address or its prefix length, or name the interface in the cluster file.',
      }
    case 'port-taken':
      return {
        message: `${t.node}: port ${t.port} is already used by ${t.by || 'another program'}`,
        look: `ssh ${t.node} ss -lntup 'sport = :${t.port}'`,
        wayOut: 'Stop that program, or choose another port in the cluster file.',
      }
    case 'port-blocked':
      return {
        message: `${t.to} cannot be reached from ${t.from} by ${t.what}: TCP port ${t.port} of ${t.address} ${knocked[t.answer].said}`,
        look: `ssh ${t.from} nc -vz -w 3 ${t.address} ${t.port}`,
        wayOut: `${knocked[t.answer].wayOut(t)} Then run apply again: it goes on from here.`,
      }
    case 'firewall-closed':
      return {
        message: `${t.node}: the rules of its packet filter (${t.firewall}) ${t.certain ? 'keep out' : 'may keep out'} what the cluster needs: ${t.openings.join('; ')}`,
        look: `ssh ${t.node} ${t.firewall === 'nftables' ? 'nft list ruleset' : 'iptables-save'}`,
        wayOut: `Holdfast does not change rules that somebody wrote by hand. On ${t.node} type, and put the same where your rules are loaded from at boot:${t.lines.map(line => `\n      ${line}`).join('')}`,
      }
    case 'disk-full':
      return {
        message: `${t.node}: ${t.path} has only ${showBytes(t.free)} free, ${showBytes(t.needed)} are needed`,
        look: `ssh ${t.node} df -h ${t.path}`,
        wayOut: `Make room below ${t.path}; every file is written whole or not at all, so nothing is damaged.`,
      }
    case 'memory-short':
      return {
        message: `${t.node} has ${showBytes(t.there)} of memory, and ${t.by.join(' and ')} alone would take ${showBytes(t.needed)}: it would not begin there`,
        look: `ssh ${t.node} free -m`,
        wayOut:
          'Give it less in the cluster file (a quarter of the memory is usual), or the machine more: after a failure each machine has to carry everything.',
      }
    case 'disk-filled':
      return {
        message: `${t.node} ran out of disk space during "${t.step}": ${t.detail}`,
        look: `ssh ${t.node} df -h`,
        wayOut:
          'Make room (df -i tells whether it is inodes), and run apply again: each file is written whole or not at all, and it goes on where it stopped.',
      }
    case 'ids-differ':
      return {
        message: `The user ${t.user} has different numbers: ${t.ids.map(id => `${id.node} ${id.id}`).join(', ')}`,
        look: `ssh ${t.ids[0]?.node ?? 'NODE'} id ${t.user}`,
        wayOut: `Give ${t.user} the same uid and gid on all nodes (usermod -u, groupmod -g, then chown its files): replicated files carry numbers, not names.`,
      }
    case 'device-absent':
      return {
        message: `${t.node} has no device ${t.device}`,
        look: `ssh ${t.node} lsblk`,
        wayOut: 'Attach the disk, or correct the path in the cluster file (names under /dev/disk/by-id do not change).',
      }
    case 'device-in-use':
      return {
        message: `${t.node}: ${t.device} is in use by ${t.by}`,
        look: `ssh ${t.node} lsblk ${t.device}`,
        wayOut:
          'Choose a device that nothing uses, or free it by hand first; Holdfast does not unmount what it did not mount.',
      }
    case 'device-too-small':
      return {
        message: `${t.node}: ${t.device} has ${showBytes(t.size)}, the volume needs ${showBytes(t.needed)}`,
        look: `ssh ${t.node} lsblk --bytes ${t.device}`,
        wayOut: 'Use a larger device, or a smaller `size` in the cluster file.',
      }
    case 'device-carries':
      return {
        message: `${t.node}: ${t.device} is not empty, it carries ${t.signatures.join(', ')}`,
        look: `ssh ${t.node} wipefs --no-act ${t.device}`,
        wayOut: `Choose an empty device. If what is on it may be destroyed on every node, say so for the volume ${t.volume} with \`erase-existing: true\`.`,
      }
    case 'group-absent':
      return {
        message: `${t.node} has no LVM volume group ${t.group}`,
        look: `ssh ${t.node} vgs`,
        wayOut: `Make it (vgcreate ${t.group} DEVICE), or correct the name in the cluster file.`,
      }
    case 'group-full':
      return {
        message: `${t.node}: the volume group ${t.group} has ${showBytes(t.free)} free, ${showBytes(t.needed)} are needed`,
        look: `ssh ${t.node} vgs ${t.group}`,
        wayOut: 'Add a disk to the group (vgextend), or make the volume smaller.',
      }
    case 'split-brain':
      return {
        message: `The replicas of ${t.volume} on ${t.nodes.join(' and ')} have both been written to, each without the other`,
        look: `ssh ${t.nodes[0]} drbdadm status ${t.volume}`,
        wayOut: 'Nothing is touched. Decide which replica is to be kept before anything else is done.',
      }
    case 'fence-refused':
      return {
        message: `The fence device ${t.device} of ${t.target} does not answer as it should: ${t.detail}`,
        look: `ssh ${t.target} crm_mon --one-shot --inactive`,
        wayOut: `Check address, user and password of ${t.target}'s fence device in the cluster file. Until it answers, a failure of ${t.target} is not survived.`,
      }
    case 'cib-conflict':
      return {
        message: `Somebody changed the cluster's configuration meanwhile (version ${t.expected} was planned for, ${t.found} is there)`,
        look: `ssh ${t.node} cibadmin --query --scope configuration`,
        wayOut: 'Nothing was overwritten. Run plan again to see what it is now.',
      }
    case 'cib-refused':
      return {
        message: `Pacemaker on ${t.node} does not take the configuration: ${t.detail}`,
        look: `ssh ${t.node} crm_verify --live-check --verbose`,
        wayOut: 'The old configuration is still in force. This is most likely an error of Holdfast: please report it.',
      }
    case 'not-joined':
      return {
        message: `${t.node} did not join the cluster within ${showDuration(t.waited)}: ${t.detail}`,
        look: `ssh ${t.node} journalctl -b -u corosync -u pacemaker`,
        wayOut:
          'Most often the UDP ports of the links (5405, 5406 …; `holdfast compile` lists them) are closed between the nodes, or the link addresses are not theirs. Then run apply again.',
      }
    case 'not-proven':
      if (t.what === 'witness')
        return {
          message: `The witness could not be proven to vote: ${t.detail}`,
          look: `ssh ${t.node} corosync-qdevice-tool -sv`,
          wayOut:
            'Most often TCP port 5403 of the witness is closed to the nodes, or they resolve its name wrongly. Then run apply again.',
        }
      return {
        message: `${t.node}: ${t.what} could not be proven: ${t.detail}`,
        look: `ssh ${t.node} crm_mon --one-shot --inactive --failcounts`,
        wayOut: 'Everything was applied, but it does not work yet. Correct the reason above and run apply again.',
      }
    case 'held-by-handler':
      return {
        message: `DRBD's fence handler keeps ${t.resource} from being promoted elsewhere (${t.constraint})`,
        look: `drbdadm status ${t.resource}`,
        wayOut: 'It goes away by itself when the replicas are in sync again; Holdfast leaves it alone.',
      }
    case 'locked':
      return {
        message: `Another apply is at work on ${t.node}: ${t.holder}`,
        look: `ssh ${t.node} cat /run/holdfast/lock`,
        wayOut: 'Wait for it. The lock goes away by itself some seconds after that process has ended.',
      }
    case 'secret-absent':
      return {
        message: `The secret ${t.name} could not be read: ${t.detail}`,
        wayOut:
          'Make the file, the environment variable or the command that the cluster file refers to available here.',
      }
    case 'unseen':
      return {
        message: `${t.node}: ${t.what} could not be looked at: ${t.detail}`,
        wayOut: 'Correct the reason above; Holdfast does not plan on guesses.',
      }
    case 'step-failed':
      return {
        message: `${t.node}: "${t.step}" failed (exit status ${t.exitCode}): ${t.detail || 'it said nothing'}`,
        look: `ssh ${t.node} journalctl -b --since -5min`,
        wayOut: 'Correct the reason above and run apply again: it goes on where it stopped.',
      }
    default:
      return t satisfies never
  }
}
