// MD5 of a string (UTF-8), as Pacemaker uses it to notice that the parameters of an operation changed. Not for secrets.
// Source: RFC 1321.

const shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
const sines = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0)

export function md5(text: string): string {
  const bytes = utf8(text)
  const blocks = (bytes.length + 8) >> 6
  const words = new Int32Array((blocks + 1) * 16)
  for (let i = 0; i < bytes.length; i += 1) words[i >> 2] = (words[i >> 2] ?? 0) | ((bytes[i] ?? 0) << ((i & 3) * 8))
  words[bytes.length >> 2] = (words[bytes.length >> 2] ?? 0) | (0x80 << ((bytes.length & 3) * 8))
  words[words.length - 2] = bytes.length * 8
  const state: [number, number, number, number] = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476]
  for (let block = 0; block < words.length; block += 16) mix(state, words, block)
  return state.map(littleEndianHex).join('')
}

function mix(state: [number, number, number, number], words: Int32Array, block: number): void {
  let [a, b, c, d] = state
  for (let i = 0; i < 64; i += 1) {
    const round = i >> 4
    let f: number
    let word: number
    if (round === 0) {
      f = (b & c) | (~b & d)
      word = i
    } else if (round === 1) {
      f = (d & b) | (~d & c)
      word = (5 * i + 1) & 15
    } else if (round === 2) {
      f = b ^ c ^ d
      word = (3 * i + 5) & 15
    } else {
      f = c ^ (b | ~d)
      word = (7 * i) & 15
    }
    const sum = (a + f + (sines[i] ?? 0) + (words[block + word] ?? 0)) | 0
    const shift = shifts[round * 4 + (i & 3)] ?? 0
    a = d
    d = c
    c = b
    b = (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0
  }
  state[0] = (state[0] + a) | 0
  state[1] = (state[1] + b) | 0
  state[2] = (state[2] + c) | 0
  state[3] = (state[3] + d) | 0
}

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function littleEndianHex(word: number): string {
  let text = ''
  for (let i = 0; i < 4; i += 1) text += hex[(word >>> (i * 8)) & 0xff] ?? ''
  return text
}

function utf8(text: string): readonly number[] {
  const whole = text.toWellFormed()
  const bytes: number[] = []
  for (let i = 0; i < whole.length; i += 1) {
    const code = whole.codePointAt(i) ?? 0
    if (code > 0xffff) i += 1
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
  }
  return bytes
}
