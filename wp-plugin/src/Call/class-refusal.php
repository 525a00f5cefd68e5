<?php
/**
 * A call that was refused.
 *
 * @package Platen
 */

namespace Platen\Call;

defined( 'ABSPATH' ) || exit;

/**
 * Thrown by commands; its code is one of Platen's error table.
 */
final class Refusal extends \RuntimeException {
	/**
	 * A code of the error table, such as `input.invalid`.
	 *
	 * @var string
	 */
	private $reason;

	/**
	 * Makes a refusal.
	 *
	 * @param string $reason  A code of the error table.
	 * @param string $message One sentence.
	 */
	public function __construct( string $reason, string $message ) {
		parent::__construct( $message );
		$this->reason = $reason;
	}

	/**
	 * The code of the error table.
	 */
	public function reason(): string {
		return $this->reason;
	}
}
