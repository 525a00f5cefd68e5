import { memoryBus } from '../../src/bus/memory-bus.ts'
import { conformBus } from '../conformance/bus.ts'

conformBus(memoryBus)
