import { createHash } from 'node:crypto'
import { phpLiteral } from './php-literal.ts'

/** What a wp-config.php of lab's says. */
export interface WpConfig {
  readonly url: string
  readonly tablePrefix: string
  /** Secret from which the eight salts are derived. */
  readonly saltSeed: string
  readonly database: { readonly host: string; readonly name: string; readonly user: string; readonly password: string }
  readonly constants: Readonly<Record<string, string | number | boolean>>
}

const saltNames = [
  'AUTH_KEY',
  'SECURE_AUTH_KEY',
  'LOGGED_IN_KEY',
  'NONCE_KEY',
  'AUTH_SALT',
  'SECURE_AUTH_SALT',
  'LOGGED_IN_SALT',
  'NONCE_SALT',
]

/** The text of wp-config.php. WordPress may not go online and does not update itself: a lab stays as it was made. */
export function wpConfigText(config: WpConfig): string {
  const { database } = config
  const salts = saltNames.map(name => [name, createHash('sha256').update(`${name}:${config.saltSeed}`).digest('hex')] as const)
  const constants: Record<string, string | number | boolean> = {
    DB_NAME: database.name,
    DB_USER: database.user,
    DB_PASSWORD: database.password,
    DB_HOST: database.host,
    DB_CHARSET: 'utf8mb4',
    DB_COLLATE: '',
    ...Object.fromEntries(salts),
    WP_HOME: config.url,
    WP_SITEURL: config.url,
    WP_HTTP_BLOCK_EXTERNAL: true,
    AUTOMATIC_UPDATER_DISABLED: true,
    FS_METHOD: 'direct',
    WP_DEBUG: false,
    ...config.constants,
  }
  const defines = Object.entries(constants).map(([name, value]) => `defined( '${name}' ) || define( '${name}', ${phpLiteral(value)} );`)
  return `<?php
// Written by Platen's lab for this run; a new start writes it anew.
${defines.join('\n')}
$table_prefix = ${phpLiteral(config.tablePrefix)};
defined( 'ABSPATH' ) || define( 'ABSPATH', __DIR__ . '/' );
require_once ABSPATH . 'wp-settings.php';
`
}
