/** A gateway with lab's kinds and lab's pace: what it is started with is what `platen gateway run` is. */
import { parseArgs } from 'node:util'
import { runGateway } from '@platen/gateway'
import { labInputs, labKinds, labResults } from './lab-kinds.ts'
import { pace } from './pace.ts'

const text = { type: 'string' } as const
const { values } = parseArgs({
  options: { data: text, 'store-file': text, port: text, name: text, signer: text, pace: text, log: text },
})
const { heartbeatMs, leaseMs } = pace(values.pace)
process.exitCode = await runGateway(
  {
    data: values.data ?? '',
    ...(values['store-file'] === undefined ? {} : { storeFile: values['store-file'] }),
    host: '127.0.0.1',
    port: Number(values.port),
    name: values.name ?? 'lab',
    signerSocket: values.signer ?? '',
    trustProxy: '',
    logLevel: values.log ?? 'warn',
    keepDays: 1,
  },
  {
    catalog: { kinds: labKinds, inputs: labInputs, results: labResults },
    heartbeatMs,
    leaseMs,
    // Lab asks as fast as it can, from one address.
    rates: { token: { perSecond: 1e6, burst: 1e6 }, address: { perSecond: 1e6, burst: 1e6 } },
  },
)
