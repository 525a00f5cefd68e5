import cssnano from 'cssnano'
import postcss, { CssSyntaxError, type Plugin } from 'postcss'
import { PlatenError } from '@platen/protocol'
import type { CssMinifier } from '../../ports/minifiers.ts'
import { movedImport, movedValue } from './css-urls.ts'

/**
 * cssnano without what could be told apart in the cascade, or is no business of a minifier: rules are not merged over others,
 * `calc()` keeps its precision, addresses and SVG stay as they are.
 */
const preset: [string, Record<string, unknown>] = ['default', { mergeRules: false, calc: false, normalizeUrl: false, svgo: false }]

/** PostCSS with cssnano: slow, and the reference for faster ones. */
export function postcssMinifier(): CssMinifier {
  return {
    minify: async (source, url) => {
      const moving: Plugin = {
        postcssPlugin: 'platen-moved-urls',
        Declaration: declaration => {
          const moved = movedValue(declaration.value, url)
          if (moved !== declaration.value) declaration.value = moved
        },
        AtRule: {
          import: rule => {
            const moved = movedImport(rule.params, url)
            if (moved !== rule.params) rule.params = moved
          },
        },
      }
      try {
        const { css } = await postcss([moving, cssnano({ preset })]).process(source, { from: undefined, map: false })
        if (isEmpty(css) && !isEmpty(source)) throw new PlatenError('css.unparsable', 'Nothing would be left of it.')
        return css
      } catch (error) {
        if (error instanceof PlatenError) throw error
        // Not only what has no syntax: on odd style sheets a plugin of the minifier stumbles, and they are left alone as well.
        const words = error instanceof CssSyntaxError ? error.reason : String(error)
        throw new PlatenError('css.unparsable', words.slice(0, 200), { cause: error })
      }
    },
  }
}

/** Whether a style sheet says nothing. @throws CssSyntaxError where it does not parse */
function isEmpty(css: string): boolean {
  return postcss.parse(css).nodes.every(node => node.type === 'comment')
}
