/** Cassandra for those whose sites keep their journals in it: a local one, and its schema. */
package io.holdfast.server.cli.cassandra;
