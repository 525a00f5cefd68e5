<?php
/**
 * As much of WP-CLI as the plugin uses, and not a call more: what is missing here is a fatal error. WP-CLI itself is not to be had
 * where these tests run.
 *
 * @package Platen
 */

// phpcs:disable Universal.Namespaces, Universal.Files -- two namespaces and what stands between a command and its process.
namespace {
	/**
	 * The end of a command. The real one ends the process here.
	 */
	final class WP_CLI_Exit extends \Exception {}

	/**
	 * The calls, with the parameters and exit codes of WP-CLI 2.
	 */
	final class WP_CLI {
		/**
		 * Classes by command.
		 *
		 * @var string[]
		 */
		public static $commands = array();

		/**
		 * What was written.
		 *
		 * @var string[]
		 */
		public static $written = array( 'out' => '', 'err' => '' );

		public static function add_command( string $name, string $class_name, array $args = array() ): bool {
			if ( ! class_exists( $class_name ) ) {
				throw new \LogicException( "$class_name is no class." );
			}
			self::$commands[ $name ] = $class_name;
			return array() === $args;
		}

		public static function line( string $message = '' ) {
			self::$written['out'] .= $message . "\n";
		}

		public static function log( string $message ) {
			self::line( $message );
		}

		public static function success( string $message ) {
			self::line( 'Success: ' . $message );
		}

		public static function error( string $message, $leave = true ) {
			self::$written['err'] .= 'Error: ' . $message . "\n";
			if ( true === $leave || ( is_int( $leave ) && $leave >= 1 ) ) {
				throw new WP_CLI_Exit( '', true === $leave ? 1 : $leave );
			}
		}

		public static function halt( int $code ) {
			throw new WP_CLI_Exit( '', $code );
		}

		/**
		 * Runs a command as `wp` would.
		 *
		 * @param string[] $argv Without the `wp`.
		 * @return int The exit code.
		 */
		public static function run( array $argv ): int {
			self::$written             = array( 'out' => '', 'err' => '' );
			list( $name, $subcommand ) = $argv;
			$method                    = new \ReflectionMethod( self::$commands[ $name ], $subcommand );
			$args                      = array();
			$options                   = array();
			foreach ( array_slice( $argv, 2 ) as $word ) {
				if ( preg_match( '/^--(no-)?([a-z-]+)(?:=(.*))?$/sD', $word, $match ) ) {
					$options[ $match[2] ] = isset( $match[3] ) ? $match[3] : '' === $match[1];
				} else {
					$args[] = $word;
				}
			}
			try {
				$options = self::checked( (string) $method->getDocComment(), $args, $options );
				( new self::$commands[ $name ]() )->$subcommand( $args, $options );
				return 0;
			} catch ( WP_CLI_Exit $exit ) {
				return $exit->getCode();
			}
		}

		/**
		 * Options with their defaults. As WP-CLI does, refuses what the command's own words don't name.
		 *
		 * @param string $words   The comment.
		 * @param array  $args    Positional arguments.
		 * @param array  $options Options.
		 */
		private static function checked( string $words, array $args, array $options ): array {
			$words = preg_replace( '/^\s*\*? ?/m', '', $words );
			if ( ! preg_match( '/^## OPTIONS\n\n(.*?)^## /ms', $words, $section ) ) {
				throw new \LogicException( 'The command does not describe its options.' );
			}
			preg_match_all( '/^\[(--)?<?([a-z-]+)>?(=<[a-z]+>)?(\.\.\.)?\]\n: [^\n]+\n(?:---\n(.*?)---\n)?/ms', $section[1], $specs, PREG_SET_ORDER );
			$known = array();
			foreach ( $specs as $spec ) {
				$known[ $spec[1] . $spec[2] ] = $spec + array( 3 => '', 5 => '' );
			}
			if ( array() !== $args && ! preg_grep( '/^(?!--)/', array_keys( $known ) ) ) {
				self::error( 'Too many positional arguments: ' . implode( ' ', $args ) );
			}
			foreach ( $options as $name => $value ) {
				$spec = isset( $known[ '--' . $name ] ) ? $known[ '--' . $name ] : self::error( "Parameter errors:\n unknown --$name parameter" );
				if ( is_bool( $value ) === ( '' !== $spec[3] ) ) {
					self::error( "Parameter errors:\n --$name parameter needs a value, or takes none" );
				}
				if ( preg_match_all( '/^ *- (\w+)$/m', $spec[5], $allowed ) && ! in_array( $value, $allowed[1], true ) ) {
					self::error( "Parameter errors:\n Invalid value specified for '$name'" );
				}
			}
			foreach ( $known as $flag => $spec ) {
				if ( preg_match( '/^default: (\w+)$/m', $spec[5], $default ) ) {
					$options += array( substr( $flag, 2 ) => $default[1] );
				}
			}
			return $options;
		}
	}
}

namespace WP_CLI\Utils {
	/**
	 * A table, its columns between tabs as WP-CLI has it where nobody looks at a terminal.
	 *
	 * @param string $format Only table.
	 * @param array  $items  Rows.
	 * @param array  $fields Columns.
	 */
	function format_items( string $format, array $items, array $fields ) {
		if ( 'table' !== $format || array() === $items ) {
			throw new \LogicException( 'A table with rows is meant.' );
		}
		\WP_CLI::line( implode( "\t", $fields ) );
		foreach ( $items as $item ) {
			$cells = array();
			foreach ( $fields as $field ) {
				// WP-CLI says "Invalid field" and ends.
				$cells[] = array_key_exists( $field, $item ) ? $item[ $field ] : \WP_CLI::error( "Invalid field: $field." );
			}
			\WP_CLI::line( implode( "\t", $cells ) );
		}
	}
}
