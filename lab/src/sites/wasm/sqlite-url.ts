import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { LabError } from '../../lab-error.ts'

/** The address that template sites carry until they are given their own. */
export const templateUrl = 'http://127.0.0.1:40404'

/** Where the SQLite database of a WebAssembly site lies. */
export function sqliteFile(root: string): string {
  return join(root, 'wp-content', 'database', '.ht.sqlite')
}

/** Gives a copied template its own address, in every text of its database. */
export function moveSqliteSite(root: string, url: string): void {
  const database = new DatabaseSync(sqliteFile(root))
  try {
    database.exec('begin')
    for (const { table, column } of textColumns(database)) {
      const sql = `update "${table}" set "${column}" = replace("${column}", ?, ?) where instr("${column}", ?)`
      database.prepare(sql).run(templateUrl, url, templateUrl)
    }
    database.exec('commit')
  } finally {
    database.close()
  }
}

/** Throws `lab.site_failed` if a PHP-serialized text, whose lengths a replacement would break, holds the address. */
export function assertMovable(root: string): void {
  const database = new DatabaseSync(sqliteFile(root), { readOnly: true })
  try {
    for (const { table, column } of textColumns(database)) {
      const found = database
        .prepare(`select "${column}" as text from "${table}" where instr("${column}", ?) and "${column}" glob '[asO]:[0-9]*'`)
        .get(templateUrl)
      if (found)
        throw new LabError(
          'lab.site_failed',
          `${table}.${column} holds the site's address in serialized form`,
          'Delete such options at the end of the seed.',
        )
    }
  } finally {
    database.close()
  }
}

function textColumns(database: DatabaseSync): { table: string; column: string }[] {
  const tables = database.prepare(`select name from sqlite_master where type = 'table' and name like 'wp\\_%' escape '\\'`).all()
  return tables.flatMap(({ name }) => {
    const columns = database.prepare(`select name, type from pragma_table_info(?)`).all(String(name))
    return columns
      .filter(({ type }) => /text|char/i.test(String(type)))
      .map(column => ({ table: String(name), column: String(column['name']) }))
  })
}
