<?php
/**
 * The comments of a post.
 *
 * @package platen-lab
 */

defined( 'ABSPATH' ) || exit;
echo '<h3>';
comments_number();
echo '</h3><ol>';
wp_list_comments();
echo '</ol>';
the_comments_pagination();
comment_form();
