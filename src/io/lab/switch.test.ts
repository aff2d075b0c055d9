import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { prng } from '../../core/base/prng.ts'
import { milliseconds, nodeName } from '../../core/base/units.ts'
import { cutFrames, startSwitch, type VirtualSwitch } from './switch.ts'

const [alpha, beta, client] = [nodeName('alpha'), nodeName('beta'), nodeName('client')]
const macs = new Map([
  [alpha, 0x52_00_00_00_00_0a],
  [beta, 0x52_00_00_00_00_0b],
  [client, 0x52_00_00_00_00_0c],
])
const everybody = 0xff_ff_ff_ff_ff_ff

/** A frame as QEMU's stream netdev sends it: length, destination, source, type, text. */
function frame(to: number, from: number, text: string): Buffer {
  const body = Buffer.alloc(14 + text.length)
  body.writeUIntBE(to, 0, 6)
  body.writeUIntBE(from, 6, 6)
  body.write(text, 14)
  const header = Buffer.alloc(4)
  header.writeUInt32BE(body.length)
  return Buffer.concat([header, body])
}

const folder = mkdtempSync(join(tmpdir(), 'hf-switch-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** A machine's card: what it has heard, and a way to wait until it has heard a text. */
class Card {
  readonly heard: string[] = []
  readonly #socket: Socket
  #rest: Buffer = Buffer.alloc(0)
  readonly #waiting: (() => void)[] = []
  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', chunk => {
      const { frames, rest } = cutFrames(Buffer.concat([this.#rest, chunk]))
      this.#rest = Buffer.from(rest)
      for (const each of frames) this.heard.push(each.subarray(18).toString())
      for (const wake of this.#waiting.splice(0)) wake()
    })
  }
  send(to: number, from: number, text: string): void {
    this.#socket.write(frame(to, from, text))
  }
  async hears(text: string): Promise<void> {
    while (!this.heard.includes(text)) await new Promise<void>(resolve => this.#waiting.push(resolve))
  }
}

const cards = async (network: VirtualSwitch, name: string): Promise<readonly [Card, Card, Card]> => {
  const plug = (machine: typeof alpha): Promise<Card> =>
    new Promise(resolve => {
      const socket = connect(network.socketPath(machine, name), () => resolve(new Card(socket)))
    })
  return [await plug(alpha), await plug(beta), await plug(client)]
}

const mac = (machine: typeof alpha): number => macs.get(machine) ?? 0
let count = 0
const start = (): Promise<VirtualSwitch> => {
  count += 1
  const plugs = ['link0', 'link1'].flatMap(network =>
    [alpha, beta, client].map(machine => ({ machine, network: `${network}` })),
  )
  return startSwitch({ directory: mkdtempSync(join(folder, `${count}-`)), plugs, random: prng(1) })
}
/** Everybody has spoken once, so that the switch knows where each address is. */
async function introduced(network: VirtualSwitch, name = 'link0'): Promise<readonly [Card, Card, Card]> {
  const [a, b, c] = await cards(network, name)
  // A connection stands before the switch has taken it: so they call until they are heard.
  const call = setInterval(() => {
    a.send(everybody, mac(alpha), 'a')
    b.send(everybody, mac(beta), 'b')
    c.send(everybody, mac(client), 'c')
  }, 5)
  await Promise.all([a.hears('b'), a.hears('c'), b.hears('a'), b.hears('c'), c.hears('a'), c.hears('b')])
  clearInterval(call)
  return [a, b, c]
}

test('a stream is cut into whole frames, however it arrives', () => {
  const stream = Buffer.concat([frame(1, 2, 'one'), frame(1, 2, 'two'), frame(1, 2, 'three')])
  for (let cut = 0; cut <= stream.length; cut += 1) {
    const first = cutFrames(stream.subarray(0, cut))
    const second = cutFrames(Buffer.concat([first.rest, stream.subarray(cut)]))
    const texts = [...first.frames, ...second.frames].map(each => each.subarray(18).toString())
    assert.deepEqual(texts, ['one', 'two', 'three'], `cut at ${cut}`)
    assert.equal(second.rest.length, 0)
  }
})

test('a known address is answered to its own port only', async () => {
  await using network = await start()
  const [a, b, c] = await introduced(network)
  a.send(mac(beta), mac(alpha), 'for beta')
  a.send(everybody, mac(alpha), 'for all')
  await Promise.all([b.hears('for all'), c.hears('for all')])
  assert.ok(b.heard.includes('for beta'))
  assert.ok(!c.heard.includes('for beta'))
})

test('a cut holds both ways, and only between these two', async () => {
  await using network = await start()
  const [a, b, c] = await introduced(network)
  network.setFault({ from: alpha, to: beta }, { kind: 'cut' })
  network.setFault({ from: beta, to: alpha }, { kind: 'cut' })
  a.send(mac(beta), mac(alpha), 'lost 1')
  b.send(mac(alpha), mac(beta), 'lost 2')
  a.send(everybody, mac(alpha), 'to the others')
  b.send(everybody, mac(beta), 'to the others too')
  await Promise.all([c.hears('to the others'), c.hears('to the others too')])
  network.clearFault({ from: alpha, to: beta })
  a.send(mac(beta), mac(alpha), 'healed')
  await b.hears('healed')
  assert.ok(!b.heard.includes('lost 1') && !b.heard.includes('to the others'))
  assert.ok(!a.heard.includes('lost 2') && !a.heard.includes('to the others too'))
  assert.deepEqual(
    network.faults().map(each => `${each.from} ${each.to} ${each.network}`),
    ['beta alpha link0', 'beta alpha link1'],
  )
})

test('a fault on one network leaves the other alone; one way leaves the way back alone', async () => {
  await using network = await start()
  const [a, b] = await introduced(network)
  const [a1, b1] = await introduced(network, 'link1')
  network.setFault({ from: alpha, to: beta, network: 'link0' }, { kind: 'cut' })
  a.send(everybody, mac(alpha), 'lost')
  a1.send(everybody, mac(alpha), 'other network')
  b.send(everybody, mac(beta), 'way back')
  await Promise.all([b1.hears('other network'), a.hears('way back')])
  network.clearAllFaults()
  a.send(everybody, mac(alpha), 'healed')
  await b.hears('healed')
  assert.ok(!b.heard.includes('lost'))
})

test('loss takes about its share, delay keeps the frames', async () => {
  await using network = await start()
  const [a, b, c] = await introduced(network)
  network.setFault({ from: alpha, to: beta }, { kind: 'loss', percent: 30 })
  for (let i = 0; i < 1_000; i += 1) a.send(mac(beta), mac(alpha), `n${i}`)
  // The way to the client carries no fault: when it hears this, all of the above has passed the switch.
  a.send(mac(client), mac(alpha), 'passed')
  await c.hears('passed')
  network.clearAllFaults()
  a.send(mac(beta), mac(alpha), 'end')
  await b.hears('end')
  const arrived = b.heard.filter(text => /^n\d+$/.test(text)).length
  assert.ok(arrived > 500 && arrived < 1_000, `${arrived} of 1000 arrived`)

  network.setFault({ from: alpha, to: beta }, { kind: 'delay', delay: milliseconds(5), jitter: milliseconds(0) })
  a.send(mac(beta), mac(alpha), 'late 1')
  a.send(mac(beta), mac(alpha), 'late 2')
  await b.hears('late 2')
  assert.deepEqual(b.heard.slice(-2), ['late 1', 'late 2'])
})

test('a machine that comes back gets its port again', async () => {
  await using network = await start()
  const [a] = await introduced(network)
  const again = await new Promise<Card>(resolve => {
    const socket = connect(network.socketPath(beta, 'link0'), () => resolve(new Card(socket)))
  })
  const call = setInterval(() => again.send(everybody, mac(beta), 'back'), 5)
  await a.hears('back')
  clearInterval(call)
  a.send(mac(beta), mac(alpha), 'hello again')
  await again.hears('hello again')
})
