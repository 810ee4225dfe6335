package io.holdfast.server.partition;

/** Journals and snapshots in a real Cassandra; another life of a replica finds there all that the last one has left. */
class ThreeReplicasOnCassandraTest extends ThreeReplicas {
    @Override
    JournalKind journals() {
        return JournalKind.CASSANDRA;
    }
}
