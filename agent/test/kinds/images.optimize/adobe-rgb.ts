/** Adobe RGB (1998) as published: gamma 563/256, primaries adapted to D50 as rows X, Y, Z a column. */
const gamma = 563 / 256
const primaries = { rXYZ: [0.60974, 0.31111, 0.01947], gXYZ: [0.20528, 0.62567, 0.06087], bXYZ: [0.14919, 0.06322, 0.74457] }
const d50 = [0.9642, 1, 0.8249]
/** From XYZ under D50 to linear sRGB. */
const toSrgb = [
  [3.1338561, -1.6168667, -0.4906146],
  [-0.9787684, 1.9161415, 0.033454],
  [0.0719453, -0.2289914, 1.4052427],
]

/** What an Adobe RGB colour is in sRGB, 0 to 255, worked out apart from any library. */
export function srgbOf(adobe: readonly [number, number, number]): number[] {
  const linear = adobe.map(value => (value / 255) ** gamma)
  const { rXYZ, gXYZ, bXYZ } = primaries
  const xyz = [0, 1, 2].map(
    at => (linear[0] ?? 0) * (rXYZ[at] ?? 0) + (linear[1] ?? 0) * (gXYZ[at] ?? 0) + (linear[2] ?? 0) * (bXYZ[at] ?? 0),
  )
  return toSrgb.map(row => {
    const light = row.reduce((sum, factor, at) => sum + factor * (xyz[at] ?? 0), 0)
    return 255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055)
  })
}

/** The profile that a camera puts into its files: version 2, matrix and gamma. */
export function adobeRgbProfile(): Buffer {
  const curve = Buffer.concat([Buffer.from('curv'), Buffer.alloc(4), uint32(1), Buffer.from([0x02, 0x33, 0, 0])])
  const title = Buffer.concat([Buffer.from('desc'), Buffer.alloc(4), uint32(6), Buffer.from('Adobe\0'), Buffer.alloc(78)])
  const tags: (readonly [string, Buffer])[] = [
    ['desc', title],
    ['cprt', Buffer.concat([Buffer.from('text'), Buffer.alloc(4), Buffer.from('none\0')])],
    ['wtpt', xyzTag(d50)],
    ...Object.entries(primaries).map(([name, value]) => [name, xyzTag(value)] as const),
    ['rTRC', curve],
    ['gTRC', curve],
    ['bTRC', curve],
  ]
  return assemble(tags)
}

function assemble(tags: readonly (readonly [string, Buffer])[]): Buffer {
  let offset = 128 + 4 + tags.length * 12
  const rows: Buffer[] = []
  const bodies: Buffer[] = []
  for (const [name, data] of tags) {
    const padded = Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)])
    rows.push(Buffer.concat([Buffer.from(name), uint32(offset), uint32(data.length)]))
    bodies.push(padded)
    offset += padded.length
  }
  const header = Buffer.alloc(128)
  header.writeUInt32BE(offset, 0)
  header.writeUInt32BE(0x02100000, 8)
  header.write('mntrRGB XYZ ', 12, 'latin1')
  header.write('acsp', 36, 'latin1')
  for (const [at, value] of d50.entries()) fixed(value).copy(header, 68 + at * 4)
  return Buffer.concat([header, uint32(tags.length), ...rows, ...bodies])
}

function xyzTag(values: readonly number[]): Buffer {
  return Buffer.concat([Buffer.from('XYZ '), Buffer.alloc(4), ...values.map(fixed)])
}

function fixed(value: number): Buffer {
  return uint32(Math.round(value * 65_536))
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
