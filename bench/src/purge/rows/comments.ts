import { byPhp, type Row } from '../row.ts'

/** PHP that finds the comment of a post that its author wrote, as `$comment`. */
const comment = (post: string, author: string): string =>
  `$comment = lab_done( get_comments( array( 'post_id' => lab_post( '${post}' ), 'author_email' => '${author}@example.test', 'number' => 1 ) ) )[0];`

// Each from an address of his own: who writes again within seconds is refused.
const add = (post: string, author: string): string => `$_SERVER['REMOTE_ADDR'] = '127.0.1.${author.length}';
lab_done( wp_new_comment( array( 'comment_post_ID' => lab_post( '${post}' ), 'comment_author' => '${author}', 'comment_author_email' => strtolower( '${author}' ) . '@example.test',
  'comment_author_url' => '', 'comment_content' => 'One more word, said just now.', 'comment_type' => 'comment', 'comment_parent' => 0, 'user_id' => 0 ), true ) );`

/** Changes of comments. */
export const commentRows: readonly Row[] = [
  byPhp('comment-approve', `${comment('story-1', 'waiting')} lab_done( wp_set_comment_status( $comment, 'approve' ) );`),
  // Who has a comment approved already is heard at once; who has not, waits, and no page changes.
  byPhp('comment-new', add('story-3', 'Ines')),
  byPhp('comment-waits', add('story-3', 'Somebody'), { purgesNothing: true }),
  byPhp(
    'comment-edit',
    `${comment('story-4', 'ines')} lab_done( wp_update_comment( array( 'comment_ID' => $comment->comment_ID, 'comment_content' => 'Said otherwise.' ) ) );`,
  ),
  byPhp('comment-delete', `${comment('story-5', 'tom')} lab_done( wp_delete_comment( $comment, true ) );`),
  byPhp('comment-spam', `${comment('story-10', 'ines')} lab_done( wp_spam_comment( $comment ) );`),
  byPhp('comment-delete-old', `${comment('story-38', 'tom')} lab_done( wp_delete_comment( $comment, true ) );`),
]
