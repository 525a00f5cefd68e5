/** What the parent sends to the process that runs PHP compiled to WebAssembly. */
export type ToWasmServer = { readonly type: 'php'; readonly id: number; readonly code: string }

/** What that process answers. `ready` comes once, `failed` once instead of it. */
export type FromWasmServer =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'php'; readonly id: number; readonly text: string }
  | { readonly type: 'php-failed'; readonly id: number; readonly message: string }

/** The one command-line argument of that process, as JSON. */
export interface WasmServerOptions {
  /** Folder on disk that PHP sees as /wordpress. */
  readonly root: string
  readonly port: number
  /** The address that WordPress believes in. */
  readonly siteUrl: string
}
