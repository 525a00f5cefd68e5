<?php
/**
 * Every page of the theme.
 *
 * @package platen-lab
 */

defined( 'ABSPATH' ) || exit;
?><!DOCTYPE html>
<html <?php language_attributes(); ?>>
<head><meta charset="<?php bloginfo( 'charset' ); ?>"><?php wp_head(); ?></head>
<body <?php body_class(); ?>>
<header>
	<a href="<?php echo esc_url( home_url( '/' ) ); ?>"><?php bloginfo( 'name' ); ?></a> <?php bloginfo( 'description' ); ?>
	<?php wp_nav_menu( array( 'theme_location' => 'main' ) ); ?>
</header>
<main>
<?php
the_archive_title( '<h1>', '</h1>' );
while ( have_posts() ) {
	the_post();
	the_title( '<h2><a href="' . esc_url( get_permalink() ) . '">', '</a></h2>' );
	echo '<p>', esc_html( get_the_date() ), ', ', esc_html( get_the_author() ), ', ', get_the_category_list( ', ' ), get_the_tag_list( ' · ', ', ' ), '</p>'; // phpcs:ignore WordPress.Security.EscapeOutput -- made by WordPress.
	the_post_thumbnail( 'thumbnail' );
	if ( is_singular() ) {
		the_content();
		the_post_navigation();
		comments_template();
	} else {
		the_excerpt();
		comments_number();
	}
}
the_posts_pagination();
?>
</main>
<aside><?php dynamic_sidebar( 'sidebar-1' ); ?></aside>
<?php wp_footer(); ?>
</body>
</html>
