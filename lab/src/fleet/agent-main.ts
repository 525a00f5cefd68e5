/** The main process of an agent with lab's kinds. */
import { runMain } from '@platen/agent'
import { labInputs, labKinds } from './lab-kinds.ts'

await runMain({ kinds: labKinds, inputs: labInputs })
