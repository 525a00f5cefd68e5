<?php
/**
 * The groups of the object cache that WordPress uses.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * As read in wp-includes of WordPress 6.1 to 7.1.
 */
final class Cache_Groups {
	/** Groups whose keys are ids of other objects, and the class of their tags. */
	const OBJECTS = array(
		'posts'     => 'post',
		'post_meta' => 'post',
		'users'     => 'user',
		'user_meta' => 'user',
	);

	/** Groups whose keys are ids of terms. */
	const TERMS = array(
		'terms'     => true,
		'term_meta' => true,
	);

	/** Groups that hold files, what makes every page of a network another, or what another group or a hook tells as well. */
	const SILENT = array(
		'site-options'                => true,
		'options'                     => true,
		'userlogins'                  => true,
		'userslugs'                   => true,
		'useremail'                   => true,
		'user-queries'                => true,
		'themes'                      => true,
		'theme_files'                 => true,
		'theme_json'                  => true,
		'plugins'                     => true,
		'translation_files'           => true,
		'image_editor'                => true,
		'networks'                    => true,
		'sites'                       => true,
		'site-details'                => true,
		'blog-details'                => true,
		'blog-lookup'                 => true,
		'blog-id-cache'               => true,
		'blog_meta'                   => true,
		'oembed_cache_post'           => true,
		'customize_changeset_post'    => true,
		'link_category_relationships' => true,
	);

	/** What other keys begin with, and the tags they stand for; those of queries that hooks tell have none here. */
	const NAMED = array(
		'last_changed'           => array(),
		'wp_query'               => array(),
		'get_pages'              => array(),
		'get_page_by_path'       => array(),
		'get_objects_in_term'    => array(),
		'adjacent_post'          => array(),
		'wp_get_archives'        => array(),
		'find_post_by_old_slug'  => array(),
		'find_post_by_old_date'  => array(),
		'count_user_posts'       => array(),
		'count_many_users_posts' => array( 'list:any', 'order:any/author' ),
		'get_calendar'           => array( 'list:any' ),
		'all_page_ids'           => array( 'list:page' ),
		'get_terms'              => array(),
		'get_comments'           => array(),
		'get_comment_child_ids'  => array(),
		'comment_feed'           => array(),
		'is_blog_installed'      => array(),
		'icon_files'             => array(),
	);
}
