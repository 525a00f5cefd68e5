/** Launches an agent with the tests' kinds by the policy file that its argument names, in a process of its own. */
import { launch } from '../../src/launcher.ts'
import { stderrLog } from '../../src/system/json-log.ts'
import { testEntries } from './test-agent.ts'

await launch({ policyPath: process.argv[2] ?? '', entries: testEntries, logs: 'none', log: stderrLog('launcher') }).done
