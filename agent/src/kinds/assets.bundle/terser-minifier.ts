import { Script } from 'node:vm'
import { minify } from 'terser'
import { PlatenError } from '@platen/protocol'
import type { ScriptMinifier } from '../../ports/minifiers.ts'

/** terser: slow, and the reference for faster ones. Names at the top and of functions stay, since others may look for them. */
export function terserMinifier(): ScriptMinifier {
  return {
    minify: async source => {
      const { code } = await minify(source, {
        module: false,
        toplevel: false,
        keep_classnames: true,
        keep_fnames: true,
        compress: { passes: 1, drop_debugger: false },
        format: { comments: 'some' },
      }).catch((cause: unknown) => {
        throw new PlatenError('js.unparsable', words(cause), { cause })
      })
      if (code === undefined) throw new PlatenError('js.unparsable', 'Nothing would be left of it.')
      compiled(code)
      return code
    },
  }
}

/** Whether the engine that runs it in browsers takes it as a classic script. It is compiled and not run. */
function compiled(code: string): Script {
  try {
    return new Script(code)
  } catch (cause) {
    throw new PlatenError('js.unparsable', 'What was made of it does not parse.', { cause })
  }
}

function words(error: unknown): string {
  const { message, line } = error as { message?: unknown; line?: unknown }
  return `${String(message).slice(0, 150)} (line ${Number(line)})`
}
