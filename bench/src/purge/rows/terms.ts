import { byPhp, type Row } from '../row.ts'

const update = (term: string, taxonomy: string, args: string): string =>
  `lab_done( wp_update_term( lab_term( '${term}', '${taxonomy}' ), '${taxonomy}', array( ${args} ) ) );`

/** Changes of terms, and of which posts have them. */
export const termRows: readonly Row[] = [
  byPhp('category-assign', `lab_done( wp_set_post_categories( lab_post( 'story-21' ), array( lab_term( 'craft' ) ), true ) );`),
  byPhp('category-remove', `lab_done( wp_remove_object_terms( lab_post( 'story-33' ), lab_term( 'craft' ), 'category' ) );`),
  byPhp('tag-assign', `lab_done( wp_set_post_tags( lab_post( 'story-23' ), 'Tag 1', true ) );`),
  byPhp('tag-new', `lab_done( wp_set_post_tags( lab_post( 'story-26' ), 'Tag of today', true ) );`),
  byPhp('category-new', `lab_done( wp_insert_term( 'A new category', 'category' ) );`),
  byPhp('term-rename', update('journeys', 'category', `'name' => 'Travels'`)),
  byPhp('tag-rename', update('tag-5', 'post_tag', `'name' => 'Tag five'`)),
  byPhp('term-description', update('letters', 'category', `'description' => 'Written by hand.'`)),
  byPhp('term-meta', `lab_done( update_term_meta( lab_term( 'craft' ), 'colour', 'ochre' ) );`),
  byPhp('term-slug', update('thoughts', 'category', `'slug' => 'thinking'`)),
  byPhp('term-parent', update('letters-north', 'category', `'parent' => lab_term( 'craft' )`)),
  byPhp('term-delete', `lab_done( wp_delete_term( lab_term( 'letters-south' ), 'category' ) );`),
]
