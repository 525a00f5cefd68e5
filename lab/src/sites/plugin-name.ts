import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from '../lab-error.ts'

/** As WordPress finds it (get_file_data). */
const header = /^(?:[ \t]*<\?php)?[ \t/*#@]*Plugin Name:/im

/**
 * The folder name under which WordPress knows a plugin: that of its main file, whatever the folder is called that it is copied from.
 * Throws `lab.site_failed` where the folder holds no plugin.
 */
export function pluginName(folder: string): string {
  const main = readdirSync(folder).find(name => name.endsWith('.php') && header.test(readFileSync(join(folder, name), 'utf8')))
  if (main === undefined)
    throw new LabError('lab.site_failed', `${folder} holds no WordPress plugin`, 'Name a folder with a file that has a plugin header.')
  return main.slice(0, -'.php'.length)
}
