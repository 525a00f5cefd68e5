import { setTimeout as delay } from 'node:timers/promises'
import { waitUntil } from '@platen/lab'
import { byEditor, byPhp, type Row } from '../row.ts'

/** Within this the post is to be published after its time has come. */
const publishMs = 30_000
/** So far ahead is a post scheduled. */
const aheadMs = 3_000

/** wp-cron publishes a post whose time has come; nobody is logged in then, and the request is long answered. */
const publishScheduled: Row = {
  name: 'publish-scheduled',
  apply: async ({ wp, visit }) => {
    const date = `gmdate( 'Y-m-d H:i:s', time() + ${aheadMs / 1000} )`
    await wp(`lab_done( wp_insert_post( array( 'post_title' => 'A scheduled story', 'post_name' => 'a-scheduled-story', 'post_status' => 'future',
      'post_date' => ${date}, 'post_date_gmt' => ${date}, 'post_author' => 2, 'post_category' => array( lab_term( 'thoughts' ) ) ), true ) );`)
    await delay(aheadMs + 1_000)
    await waitUntil('the scheduled post', publishMs, async () => {
      await visit(`/wp-cron.php?doing_wp_cron=${Date.now()}`)
      return (await wp(`echo get_post_status( lab_post( 'a-scheduled-story' ) );`)) === 'publish'
    })
  },
}

const bulkEdit = `require_once ABSPATH . 'wp-admin/includes/admin.php';
wp_set_current_user( 1 );
$ids = get_posts( array( 'numberposts' => 50, 'offset' => 100, 'fields' => 'ids' ) );
$done = bulk_edit_posts( array( 'post' => $ids, 'post_type' => 'post', 'post_author' => -1, '_status' => -1, 'comment_status' => '', 'ping_status' => '', 'post_format' => -1,
  'sticky' => -1, 'post_category' => array( lab_term( 'letters' ) ), 'tax_input' => array( 'category' => array( lab_term( 'letters' ) ) ) ) );
if ( count( $done['updated'] ) !== 50 ) { throw new RuntimeException( wp_json_encode( $done ) ); }`

/** In the trash its slug is another one. */
const trashed = `global $wpdb; $id = (int) $wpdb->get_var( "SELECT ID FROM $wpdb->posts WHERE post_name IN ( 'story-18', 'story-18__trashed' )" );`

/** Changes of posts. The first changes nothing: what it shows is the bench's own error. */
export const postRows: readonly Row[] = [
  byPhp('nothing', '', { purgesNothing: true }),
  byPhp(
    'publish-new',
    `lab_done( wp_insert_post( array( 'post_title' => 'A new story', 'post_name' => 'a-new-story', 'post_status' => 'publish', 'post_author' => 2,
      'post_content' => 'It begins in the morning.', 'post_category' => array( lab_term( 'craft' ) ), 'tags_input' => array( 'Tag 1' ) ), true ) );`,
  ),
  byEditor('publish-draft', 'unfinished', { status: 'publish' }),
  byEditor('edit-title', 'story-2', { title: 'Story two, another title' }),
  byEditor('edit-title-old', 'story-240', { title: 'Story 240, another title' }),
  byEditor('edit-content', 'story-7', {
    content: "<!-- wp:paragraph -->\n<p>It's written anew, in the evening, at the café.</p>\n<!-- /wp:paragraph -->",
  }),
  byEditor('edit-excerpt', 'story-8', { excerpt: 'Put in another way.' }),
  byEditor('unpublish', 'story-6', { status: 'draft' }),
  {
    ...byEditor('autosave', 'story-28', { title: 'Not saved yet', content: 'Half a sentence' }, ['post', 'posts', '/autosaves']),
    purgesNothing: true,
  },
  byPhp('revision', `lab_done( _wp_put_post_revision( lab_post( 'story-29' ) ) );`, { purgesNothing: true }),
  byPhp('post-format', `lab_done( set_post_format( lab_post( 'story-27' ), 'aside' ) );`),
  byPhp('trash', `lab_done( wp_trash_post( lab_post( 'story-9' ) ) );`),
  byPhp(
    'untrash',
    `add_filter( 'wp_untrash_post_status', 'wp_untrash_post_set_previous_status', 10, 3 ); ${trashed} lab_done( wp_untrash_post( $id ) );`,
    { before: `${trashed} if ( 'trash' !== get_post_status( $id ) ) { lab_done( wp_trash_post( $id ) ); echo 'trashed'; }` },
  ),
  byPhp('delete', `lab_done( wp_delete_post( lab_post( 'story-11' ), true ) );`),
  byEditor('private', 'story-12', { status: 'private' }),
  byEditor('password', 'story-13', { password: 'open' }),
  byEditor('slug', 'story-14', { slug: 'story-14-renamed' }),
  publishScheduled,
  byEditor('backdate', 'story-15', { date: '2025-12-01T10:00:00' }),
  byEditor('sticky-on', 'story-20', { sticky: true }),
  byPhp('sticky-off', `unstick_post( lab_post( 'story-200' ) );`),
  byEditor('author-change', 'story-16', { author: 3 }),
  byEditor('comments-closed', 'story-17', { comment_status: 'closed' }),
  byPhp('bulk-edit', bulkEdit),
]
