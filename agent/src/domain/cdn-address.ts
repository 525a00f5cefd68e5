/** Where a CDN is reached. */
export interface CdnPlace {
  /** Of version 4 or 6; without brackets. */
  readonly ip: string
  /** Absent where it is the usual one of the scheme. */
  readonly port?: number
}

const four = /^(\d{1,3}(?:\.\d{1,3}){3})(?::(\d{1,5}))?$/
const six = /^\[([0-9a-f.]*:[0-9a-f:.]+)\](?::(\d{1,5}))?$/i

/** The place of a policy file's `cdn.address`; undefined where that is none. A name is none: who answers for DNS could point it elsewhere. */
export function cdnPlace(address: string): CdnPlace | undefined {
  const [, ip, port] = four.exec(address) ?? six.exec(address.startsWith('[') ? address : `[${address}]`) ?? []
  if (ip === undefined || !isIp(ip)) return undefined
  if (port === undefined) return { ip }
  const number = Number(port)
  return number >= 1 && number <= 65_535 ? { ip, port: number } : undefined
}

/** As Node has it: what it does not take for an address, it would look up as a name. */
function isIp(text: string): boolean {
  if (text.includes(':')) return URL.canParse(`http://[${text}]/`)
  return text.split('.').every(part => String(Number(part)) === part && Number(part) <= 255)
}
