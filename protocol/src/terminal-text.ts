/** Control characters, marks of direction and others without a shape, and what some take for the end of a line. */
const obeyed = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/**
 * What an agent, a gateway, a job or a site said, as one line of a terminal: nothing in it moves the cursor, changes what stands
 * there already or turns the direction of what is read.
 */
export function terminalText(said: string): string {
  return said.replaceAll(obeyed, ' ')
}

/** Likewise several lines, such as a stack. */
export function terminalLines(said: string): string {
  return said.split('\n').map(terminalText).join('\n')
}

/** A value as JSON of which the same is true: what JSON itself would leave as it is, such as U+009B, is escaped. */
export function terminalJson(value: unknown, indent: 0 | 2 = 0): string {
  return JSON.stringify(value, null, indent).replaceAll(obeyed, character => (character === '\n' ? character : escaped(character)))
}

/** Each half of its own where it takes two, as JSON has it. */
function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')
}
