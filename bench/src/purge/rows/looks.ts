import { byPhp, type Hands, type Row } from '../row.ts'
import { themeUpdate } from './updates.ts'

interface Template {
  readonly id: string
  readonly content: { readonly raw: string }
}

/** Adds a line at the end of a template or template part, as the site editor does. */
function byTemplate(name: string, kind: 'templates' | 'template-parts', slug: string): Row {
  return {
    name,
    apply: async ({ wp, rest }) => {
      const route = `/wp/v2/${kind}/${await wp('echo get_stylesheet();')}//${slug}`
      const { content } = await rest<Template>('GET', `${route}?context=edit`)
      await rest('POST', route, { content: `${content.raw}\n<!-- wp:paragraph -->\n<p>Added to ${slug}.</p>\n<!-- /wp:paragraph -->` })
    },
  }
}

async function paint({ wp, rest }: Hands): Promise<void> {
  // WordPress makes the post that holds them when first asked, and only who may edit the theme makes one that is found again.
  const id = await wp('wp_set_current_user( 1 ); echo WP_Theme_JSON_Resolver::get_user_global_styles_post_id();')
  await rest('POST', `/wp/v2/global-styles/${id}`, { styles: { color: { background: '#fafaf0' } }, settings: {} })
}

const classic = { theme: 'lab-classic' } as const
const menu = `$menu = wp_get_nav_menu_object( 'Main' )->term_id;`

/** Changes of how the site looks: menus, templates, styles, widgets, theme. */
export const lookRows: readonly Row[] = [
  byPhp(
    'navigation-edit',
    `$id = lab_post( 'main', 'wp_navigation' );
    lab_done( wp_update_post( array( 'ID' => $id, 'post_content' => get_post( $id )->post_content . '<!-- wp:navigation-link {"label":"Elsewhere","url":"https://example.test/"} /-->' ), true ) );`,
  ),
  byTemplate('template-edit', 'templates', 'single'),
  byTemplate('template-part-edit', 'template-parts', 'footer'),
  { name: 'global-styles', apply: paint },
  byPhp('custom-css', `lab_done( wp_update_custom_css_post( 'body { letter-spacing: .01em }' ) );`),
  byPhp('theme-switch', `switch_theme( 'lab-classic' );`),
  byPhp(
    'menu-item-added',
    `${menu} lab_done( wp_update_nav_menu_item( $menu, 0, array( 'menu-item-object-id' => lab_post( 'talk', 'page' ), 'menu-item-object' => 'page', 'menu-item-type' => 'post_type', 'menu-item-status' => 'publish' ) ) );`,
    classic,
  ),
  byPhp(
    'menu-item-renamed',
    `${menu} $item = wp_get_nav_menu_items( $menu )[0];
    lab_done( wp_update_post( array( 'ID' => $item->ID, 'post_title' => 'Who we are' ), true ) );`,
    classic,
  ),
  byPhp(
    'widget-change',
    `$widgets = get_option( 'widget_text' ); $widgets[2]['text'] = 'Good to see you again.'; lab_done( update_option( 'widget_text', $widgets ) );`,
    classic,
  ),
  byPhp(
    'widget-removed',
    `$bars = get_option( 'sidebars_widgets' ); $bars['sidebar-1'] = array_values( array_diff( $bars['sidebar-1'], array( 'categories-2' ) ) ); wp_set_sidebars_widgets( $bars );`,
    classic,
  ),
  byPhp(
    'classic-publish',
    `lab_done( wp_update_post( array( 'ID' => lab_post( 'secret' ), 'post_status' => 'publish' ), true ) );`,
    classic,
  ),
  themeUpdate,
  byPhp('theme-switch-back', `switch_theme( get_option( 'lab_first_theme' ) );`, classic),
]
