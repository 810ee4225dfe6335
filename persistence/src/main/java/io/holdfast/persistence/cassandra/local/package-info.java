/** A real Cassandra as a process of this machine, for development and tests. Its libraries stay out of this JVM. */
package io.holdfast.persistence.cassandra.local;
