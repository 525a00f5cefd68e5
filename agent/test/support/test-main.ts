import { runMain } from '../../src/main.ts'
import { testInputs, testKinds } from './test-kinds.ts'

await runMain({ kinds: testKinds, inputs: testInputs })
