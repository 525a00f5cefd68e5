import { createServer } from 'node:net'
import { LabError } from '../lab-error.ts'

/** A loopback TCP port that is free now: the kernel chooses it. `wanted` other than 0 is only checked. Throws `lab.port_in_use`. */
export function freePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', error =>
      reject(
        new LabError(
          'lab.port_in_use',
          `Port ${wanted} on 127.0.0.1 can't be used: ${error.message}`,
          'End what listens there (`ss -ltnp`), or choose another port.',
          { cause: error },
        ),
      ),
    )
    server.listen({ host: '127.0.0.1', port: wanted, exclusive: true }, () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : wanted
      server.close(() => resolve(port))
    })
  })
}
