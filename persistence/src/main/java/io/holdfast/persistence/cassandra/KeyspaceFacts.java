package io.holdfast.persistence.cassandra;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What Cassandra says of a site's keyspace, and what follows from it.
 *
 * @param nodes of Cassandra in each of its data centers, those that are down too
 * @param replication of the keyspace as Cassandra's schema has it; empty if there is no such keyspace
 * @param format of the tables; empty if they are not whole
 */
record KeyspaceFacts(
        String place,
        String keyspace,
        String datacenter,
        Map<String, Integer> nodes,
        Optional<Map<String, String>> replication,
        Optional<Integer> format) {

    private static final String CREATE = "create it with 'holdfast cassandra schema --config FILE --replication N'";

    /** @throws CassandraException if no node may keep its journal there */
    void requireUsable() {
        requireDatacenter();
        if (replication.isEmpty()) {
            throw CassandraException.mistake("There is no keyspace '" + keyspace + "' in " + place
                    + ": check persistence.cassandra.keyspace, or " + CREATE);
        }
        requireCopies(copies());
        if (format.isEmpty()) {
            throw CassandraException.mistake("The keyspace '" + keyspace + "' in " + place
                    + " lacks tables of Holdfast, or they were never finished: " + CREATE
                    + ", which adds what is missing");
        }
        if (format.get() > CassandraSchema.FORMAT) {
            throw CassandraException.mistake(
                    "The tables of the keyspace '" + keyspace + "' in " + place + " have format " + format.get()
                            + ", this program reads " + CassandraSchema.FORMAT + ": start the version that made them");
        }
    }

    /** @throws CassandraException if this is not a data center of that Cassandra */
    void requireDatacenter() {
        if (!nodes.containsKey(datacenter)) {
            throw CassandraException.mistake("persistence.cassandra.datacenter is '" + datacenter + "', and " + place
                    + " has no such data center; it has " + new TreeMap<>(nodes).keySet() + ". Correct the setting");
        }
    }

    /** @throws CassandraException if so many copies are too few or cannot be held */
    void requireCopies(int copies) {
        int have = nodes.get(datacenter);
        if (copies < 1) {
            throw CassandraException.mistake(
                    "The keyspace '" + keyspace + "' has no copies in the data center '" + datacenter + "' of " + place
                            + ". Alter its replication, or correct persistence.cassandra.datacenter");
        }
        if (copies == 1 && have > 1) {
            throw CassandraException.mistake(
                    "The keyspace '" + keyspace + "' has replication 1 in a Cassandra of " + have + " nodes (" + place
                            + "): the loss of one of them would lose a part of the journal, and the site with it. Use 3");
        }
        if (copies > have) {
            throw CassandraException.mistake("Replication " + copies + " of the keyspace '" + keyspace
                    + "' is more than the " + have
                    + (have == 1 ? " node" : " nodes") + " that the data center '" + datacenter + "' of " + place
                    + " has: add nodes, or use less");
        }
    }

    /** In the site's data center. */
    int copies() {
        Map<String, String> options = replication.orElse(Map.of());
        String strategy = options.getOrDefault("class", "");
        String key = strategy.endsWith("SimpleStrategy") ? "replication_factor" : datacenter;
        // Transient replicas ("3/1") hold less than a copy: only full ones count.
        String[] factor = options.getOrDefault(key, "0").split("/");
        int all = Integer.parseInt(factor[0]);
        return factor.length == 1 ? all : all - Integer.parseInt(factor[1]);
    }
}
