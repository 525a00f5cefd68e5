<?php
/**
 * Clients of Redis that need not be installed, as the drop-ins hold them.
 *
 * @package Platen
 */

// phpcs:disable -- the names and shapes are theirs.

namespace Predis\Connection {
	interface NodeConnectionInterface {
		public function getParameters();
	}
}

namespace Predis {
	class Client {
		private $connection;
		public function __construct( $connection ) {
			$this->connection = $connection;
		}
		public function getConnection() {
			return $this->connection;
		}
		public function isConnected() {
			return true;
		}
	}
}

namespace RedisCachePro\Configuration {
	final class Configuration {
		protected $prefix;
		protected $password = 'secret';
		public function __construct( $prefix ) {
			$this->prefix = $prefix;
		}
		public function __get( $name ) {
			return $this->$name;
		}
	}
}
