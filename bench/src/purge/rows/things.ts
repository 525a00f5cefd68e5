import { byEditor, byPhp, type Row } from '../row.ts'

const page = ['page', 'pages'] as const
const product = ['product', 'product'] as const
const media = ['attachment', 'media'] as const

/** Changes of pages, products and media. */
export const thingRows: readonly Row[] = [
  byPhp('featured-image', `lab_done( set_post_thumbnail( lab_post( 'story-24' ), lab_post( 'unused', 'attachment' ) ) );`),
  byEditor('attachment-alt', 'harbour', { alt_text: 'The harbour at noon' }, media),
  byEditor('attachment-title', 'orchard', { title: 'The old orchard' }, media),
  byPhp('attachment-delete', `lab_done( wp_delete_attachment( lab_post( 'station', 'attachment' ), true ) );`),
  byEditor('product-price', 'product-2', { meta: { price: 4.5 } }, product),
  byPhp('product-stock', `lab_done( update_post_meta( lab_post( 'product-3', 'product' ), 'stock', 1 ) );`),
  byPhp('product-stock-old', `lab_done( update_post_meta( lab_post( 'product-40', 'product' ), 'stock', 2 ) );`),
  byEditor('product-title', 'product-4', { title: 'Product four' }, product),
  byPhp(
    'product-publish',
    `lab_done( wp_insert_post( array( 'post_type' => 'product', 'post_title' => 'A new product', 'post_name' => 'a-new-product', 'post_status' => 'publish', 'post_author' => 1,
      'meta_input' => array( 'price' => 3, 'stock' => 7 ) ), true ) );`,
  ),
  byEditor('page-edit', 'about', { content: '<!-- wp:paragraph -->\n<p>We walk.</p>\n<!-- /wp:paragraph -->' }, page),
  byEditor('page-title', 'contact', { title: 'Write to us' }, page),
  byPhp(
    'page-parent',
    `lab_done( wp_update_post( array( 'ID' => lab_post( 'imprint', 'page' ), 'post_parent' => lab_post( 'about', 'page' ) ), true ) );`,
  ),
  byPhp(
    'page-publish',
    `lab_done( wp_insert_post( array( 'post_type' => 'page', 'post_title' => 'A new page', 'post_name' => 'a-new-page', 'post_status' => 'publish', 'post_author' => 1 ), true ) );`,
  ),
]
