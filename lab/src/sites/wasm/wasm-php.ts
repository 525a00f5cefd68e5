import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { LabError } from '../../lab-error.ts'
import { keepLog } from '../../process/owned-child.ts'
import type { FromWasmServer, ToWasmServer, WasmServerOptions } from './wasm-messages.ts'

/** A running WebAssembly PHP with WordPress's folder mounted. */
export interface WasmPhp {
  readonly pid: number
  /** Runs the text of a PHP file; gives what it prints. Throws `lab.command_failed`, `lab.timeout`. */
  run(code: string, timeoutMs: number): Promise<string>
  stop(): Promise<void>
}

interface Waiting {
  resolve(text: string): void
  reject(error: Error): void
}

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const serverFile = fileURLToPath(new URL(`./wasm-server.${extension}`, import.meta.url))
const readyMs = 60_000
const stopMs = 3_000

/** Starts it and waits until it serves. Throws `lab.site_failed`. */
export async function startWasmPhp(options: WasmServerOptions, logFile: string): Promise<WasmPhp> {
  const child = fork(serverFile, [JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Ctrl-C is our process's to handle; when it dies the channel closes, and the child ends itself.
    detached: true,
    execArgv: [...process.execArgv.filter(isCondition), '--no-warnings'],
  })
  keepLog(child, logFile)
  const waiting = new Map<number, Waiting>()
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const ready = answers(child, waiting, logFile)
  const stop = (): Promise<void> => end(child, exited)
  try {
    await ready
  } catch (error) {
    await stop()
    throw error
  }
  return { pid: child.pid ?? -1, run: (code, timeoutMs) => ask(child, waiting, code, timeoutMs), stop }
}

function isCondition(argument: string): boolean {
  return argument.startsWith('--conditions')
}

function answers(child: ChildProcess, waiting: Map<number, Waiting>, logFile: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (message: string): void => {
      clearTimeout(timer)
      const error = new LabError('lab.site_failed', `WordPress under WebAssembly: ${message}`, `Its log is ${logFile}.`)
      for (const entry of waiting.values()) entry.reject(error)
      waiting.clear()
      reject(error)
    }
    const timer = setTimeout(() => fail(`not up after ${readyMs} ms`), readyMs)
    child.once('exit', code => fail(`its process ended (${code})`))
    child.once('error', error => fail(error.message))
    child.on('message', (message: FromWasmServer) => {
      if (message.type === 'ready') {
        clearTimeout(timer)
        resolve()
      } else if (message.type === 'failed') fail(message.message)
      else settle(waiting, message)
    })
  })
}

function settle(waiting: Map<number, Waiting>, message: Extract<FromWasmServer, { id: number }>): void {
  const entry = waiting.get(message.id)
  waiting.delete(message.id)
  if (message.type === 'php') entry?.resolve(message.text)
  else entry?.reject(new LabError('lab.command_failed', `PHP failed: ${message.message}`, 'The message above is PHP’s own.'))
}

let lastId = 0

function ask(child: ChildProcess, waiting: Map<number, Waiting>, code: string, timeoutMs: number): Promise<string> {
  const id = ++lastId
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      waiting.delete(id)
      reject(
        new LabError('lab.timeout', `PHP took longer than ${timeoutMs} ms`, 'Run it again; WebAssembly PHP is slow on a busy machine.'),
      )
    }, timeoutMs)
    const settled =
      <T>(then: (value: T) => void) =>
      (value: T): void => {
        clearTimeout(timer)
        then(value)
      }
    waiting.set(id, { resolve: settled(resolve), reject: settled(reject) })
    child.send({ type: 'php', id, code } satisfies ToWasmServer, error => {
      if (error) waiting.get(id)?.reject(error)
    })
  })
}

async function end(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMs)
  await exited
  clearTimeout(timer)
}
