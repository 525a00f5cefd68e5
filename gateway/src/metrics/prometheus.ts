import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import { counters, gauges, type CounterName, type Metrics } from '../ports/metrics.ts'

/** Metrics that Prometheus can read. */
export interface PrometheusMetrics extends Metrics {
  readonly contentType: string
  /** Everything as of now, in Prometheus's text format. */
  text(): Promise<string>
}

const prefix = 'platen_'

/** Metrics of this process: ours by the tables, and Node's own (memory, event-loop delay, garbage collection). */
export function prometheusMetrics(): PrometheusMetrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix })
  const counting = new Map<CounterName, Counter>()
  for (const [name, { meaning: help, label }] of Object.entries(counters)) {
    const labelNames = label === undefined ? [] : [label]
    counting.set(name as CounterName, new Counter({ name: `${prefix}${name}_total`, help, labelNames, registers: [registry] }))
  }
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    count: (name, value) => {
      const { label } = counters[name]
      counting.get(name)?.inc(label === undefined || value === undefined ? {} : { [label]: value })
    },
    gauge: (name, read) => {
      const gauge: Gauge = new Gauge({
        name: `${prefix}${name}`,
        help: gauges[name],
        registers: [registry],
        collect: () => gauge.set(read()),
      })
    },
  }
}
