/** The main process of an agent whose jobs end on the spot. */
import { runMain } from '@platen/agent'
import { instantWorkers } from './instant-workers.ts'
import { labInputs, labKinds } from './lab-kinds.ts'

await runMain({ kinds: labKinds, inputs: labInputs, workers: instantWorkers })
