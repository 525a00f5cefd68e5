import { createServer } from 'node:http'
import { PlatenError } from '@platen/protocol'
import type { PrometheusMetrics } from './prometheus.ts'

/** A server that tells metrics. */
export interface MetricsServer {
  readonly port: number
  close(): Promise<void>
}

const requestMs = 5_000
const mostConnections = 16

/**
 * Serves `GET /metrics` on an address of its own, which is for the machine's or the network's own watchers: it asks for no token,
 * since what it tells is of all accounts, and API tokens belong to one. @throws PlatenError port.in_use
 */
export async function serveMetrics(metrics: PrometheusMetrics, host: string, port: number): Promise<MetricsServer> {
  const server = createServer(
    { requestTimeout: requestMs, headersTimeout: requestMs, connectionsCheckingInterval: requestMs },
    (request, response) => {
      if (request.method !== 'GET' || request.url !== '/metrics') return void response.writeHead(404).end()
      metrics.text().then(
        text => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
        () => response.writeHead(500).end(),
      )
    },
  )
  server.maxConnections = mostConnections
  await new Promise<void>((resolve, reject) => {
    server.once('error', error => reject(new PlatenError('port.in_use', `${host}:${port}`, { cause: error, field: 'metrics' })))
    server.listen(port, host, resolve)
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
