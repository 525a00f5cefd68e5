import { BlockList, isIP } from 'node:net'
import { PlatenError } from '@platen/protocol'

/** Where a gateway keeps its store unless it is told otherwise. */
export const defaultData = '/var/lib/platen-gateway'

/** What a gateway was told, as it was typed. */
export interface GatewayOptions {
  readonly data: string
  readonly storeFile?: string
  readonly host: string
  readonly port: number
  readonly name: string
  readonly signerSocket: string
  readonly trustProxy: string
  readonly logLevel: string
  /** Days for which jobs are kept that have ended. */
  readonly keepDays: number
  /** File with the accounts under which CDNs are purged. */
  readonly cdnFile?: string
  /** Where metrics are served, HOST:PORT; nowhere without it. */
  readonly metrics?: string
}

/** What a gateway runs by: checked whole, then frozen. */
export interface GatewayConfig extends Omit<GatewayOptions, 'trustProxy' | 'metrics'> {
  readonly trustProxy: readonly string[]
  readonly metrics: { readonly host: string; readonly port: number } | undefined
}

/** Checks all of it at once, so that one start shows every mistake. @throws PlatenError input.invalid */
export function gatewayConfig(options: GatewayOptions): GatewayConfig {
  const trustProxy = options.trustProxy
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
  const metrics = options.metrics === undefined ? undefined : hostAndPort(options.metrics)
  const problems = [
    ...(isPort(options.port) ? [] : ['--port: a port from 0 to 65535 is meant']),
    ...(/^[a-zA-Z0-9.-]{1,100}$/.test(options.name) ? [] : ['--name: letters, digits, dots and hyphens are meant']),
    ...(['debug', 'info', 'warn', 'error'].includes(options.logLevel) ? [] : ['--log: debug, info, warn or error is meant']),
    ...(Number.isInteger(options.keepDays) && options.keepDays >= 1 ? [] : ['--keep-days: a number of days from 1 is meant']),
    ...(metrics && !isPort(metrics.port) ? ['--metrics: HOST:PORT is meant, such as 127.0.0.1:9464'] : []),
    ...trustProxy.filter(address => !isAddress(address)).map(address => `--trust-proxy: ${address} is no address`),
  ]
  if (problems.length > 0) throw new PlatenError('input.invalid', problems.join('; '))
  return Object.freeze({ ...options, trustProxy: Object.freeze(trustProxy), metrics })
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 0 && port <= 65_535
}

/** The port is NaN where there is none. */
function hostAndPort(text: string): { readonly host: string; readonly port: number } {
  const [, host = '', port] = /^\[?([0-9a-zA-Z.:-]+?)\]?:([0-9]{1,5})$/.exec(text) ?? []
  return { host, port: Number(port) }
}

/** An address, or a network such as 10.0.0.0/8. */
function isAddress(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  if (bits === undefined) return true
  try {
    new BlockList().addSubnet(address, Number(bits), family === 6 ? 'ipv6' : 'ipv4')
    return true
  } catch {
    // Node says so of a prefix that does not fit the family.
    return false
  }
}
