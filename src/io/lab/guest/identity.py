#!/usr/bin/python3
# Every lab machine wakes from one and the same snapshot. This program waits on a virtio-serial port for the one line of
# JSON that says who this machine is, and makes it so: clock, random state, machine-id, host name, ssh host keys,
# hardware addresses, network. All of it is on disk as well, so that it holds after a real boot.
# Fields: clock (seconds), entropy (hex), machineId, hostname, files [{path, mode, text}], append [{path, text}],
# cards [{name, mac, address?}], before and afterwards [[word, …]]
# (commands to wait for, and commands that nobody waits for).
import fcntl, json, os, select, signal, socket, struct, subprocess, sys, time

PORT = '/dev/virtio-ports/holdfast.identity'
SSHD = '/run/sshd.pid'
RNDADDENTROPY, RNDRESEEDCRNG = 0x40085203, 0x5207


def read_line(port):
    text = b''
    poll = select.poll()
    poll.register(port, select.POLLIN)
    while not text.endswith(b'\n'):
        events = poll.poll()
        if events and events[0][1] & select.POLLIN:
            text += os.read(port, 65536)
        else:
            time.sleep(0.05)  # nobody is connected on the host's side yet
    return json.loads(text)


def write_file(path, mode, data, flags=os.O_TRUNC):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | flags, mode)
    os.fchmod(handle, mode)
    os.write(handle, data.encode())
    os.close(handle)


def add_entropy(seed):
    with open('/dev/random', 'wb') as device:
        fcntl.ioctl(device, RNDADDENTROPY, struct.pack('ii', len(seed) * 8, len(seed)) + seed)
        fcntl.ioctl(device, RNDRESEEDCRNG)


def network(cards):
    forget, become = [], ['link set dev lo up']
    for card in cards:
        forget += [f"link set dev {card['name']} down", f"addr flush dev {card['name']}"]
        become += [f"link set dev {card['name']} address {card['mac']}"]
        if 'address' in card:
            become += [f"addr add {card['address']} brd + dev {card['name']}", f"link set dev {card['name']} up"]
    write_file('/etc/holdfast-lab-network', 0o644, '\n'.join(become) + '\n')
    subprocess.run(['ip', '-batch', '-'], input='\n'.join(forget + become) + '\n', text=True, check=True)


def restart_sshd():
    """It reads its new host keys; when its file is there again, it listens again."""
    with open(SSHD) as pid:
        number = int(pid.read())
    os.unlink(SSHD)
    os.kill(number, signal.SIGHUP)


def become(who):
    time.clock_settime(time.CLOCK_REALTIME, who['clock'])
    add_entropy(bytes.fromhex(who['entropy']))
    for path in ('/etc/machine-id', '/var/lib/dbus/machine-id'):
        if os.path.exists(path) and not os.path.islink(path):
            write_file(path, 0o444, who['machineId'] + '\n')
    write_file('/etc/hostname', 0o644, who['hostname'] + '\n')
    socket.sethostname(who['hostname'])
    for entry in who['files']:
        write_file(entry['path'], int(entry['mode'], 8), entry['text'])
    for entry in who['append']:
        write_file(entry['path'], 0o644, entry['text'], os.O_APPEND)
    network(who['cards'])
    restart_sshd()
    for command in who['before']:
        subprocess.run(command, check=True)
    os.sync()
    while not os.path.exists(SSHD):
        time.sleep(0.02)


def main():
    # Frozen when it is quiet: everything started, every device made.
    subprocess.run(['systemctl', 'is-system-running', '--wait'], stdout=subprocess.DEVNULL)
    subprocess.run(['udevadm', 'settle'])
    subprocess.run(['/usr/lib/holdfast-lab/warm.sh'])
    while not os.path.exists(PORT):
        time.sleep(0.2)
    port = os.open(PORT, os.O_RDWR)
    # The golden machine says that it is ready to be frozen; its clones wake in the read that follows.
    os.write(port, b'ready\n')
    who = read_line(port)
    write_file('/var/lib/holdfast-lab/identity', 0o644, 'given\n')
    become(who)
    os.write(port, b'done\n')
    for command in who['afterwards']:
        subprocess.run(command)


if __name__ == '__main__':
    if os.path.exists('/var/lib/holdfast-lab/identity'):
        sys.exit(0)
    main()
