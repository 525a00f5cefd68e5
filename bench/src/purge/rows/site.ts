import { byPhp, type Row } from '../row.ts'
import { pluginState } from './plugin-state.ts'
import { coreUpdate, pluginUpdate } from './updates.ts'

const { activated, deactivated, activate, deactivate } = pluginState('lab-notice')

/** Changes of settings, people and plugins. */
export const siteRows: readonly Row[] = [
  byPhp('blogname', `lab_done( update_option( 'blogname', 'Another name' ) );`),
  byPhp('blogdescription', `lab_done( update_option( 'blogdescription', 'Another word for it' ) );`),
  byPhp('posts-per-page', `lab_done( update_option( 'posts_per_page', 9 ) );`),
  byPhp('date-format', `lab_done( update_option( 'date_format', 'j. F Y' ) );`),
  byPhp('display-name', `lab_done( wp_update_user( array( 'ID' => get_user_by( 'login', 'mara' )->ID, 'display_name' => 'Mara M.' ) ) );`),
  byPhp(
    'user-description',
    `lab_done( wp_update_user( array( 'ID' => get_user_by( 'login', 'jonas' )->ID, 'description' => 'Jonas writes letters.' ) ) );`,
  ),
  byPhp('plugin-activate', activate, { before: deactivated }),
  byPhp('plugin-option', `lab_done( update_option( 'lab_notice', 'Open on Sundays.' ) );`, { before: activated }),
  pluginUpdate,
  byPhp('plugin-deactivate', deactivate, { before: activated }),
  coreUpdate,
  byPhp('option-unseen', `lab_done( update_option( 'lab_unseen', time() ) );`),
]
