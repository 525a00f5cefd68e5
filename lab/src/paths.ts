import { fileURLToPath } from 'node:url'
import { join } from 'node:path'

/** The repository's root folder: lab/src (or lab/dist) is two below it. */
export const repositoryRoot: string = fileURLToPath(new URL('../../', import.meta.url))

/** Where lab keeps what is dear to fetch or make; safe to delete while nothing runs. */
export const cacheRoot: string = join(repositoryRoot, '.platen', 'cache')

/** Where the files lie that lab only reads (PHP, fixture plugins): the same ones when lab runs from dist. */
export const labSource: string = join(repositoryRoot, 'lab', 'src')
