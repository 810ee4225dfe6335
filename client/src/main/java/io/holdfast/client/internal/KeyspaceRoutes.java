package io.holdfast.client.internal;

import io.holdfast.client.Partitioner;

/**
 * Which site leads which partition of a keyspace, as far as this client knows: a hint, which every response may correct.
 * All but the name and the number of partitions is for the network thread alone.
 */
public final class KeyspaceRoutes {
    private final String name;
    private Site[] leaders = {};
    /** The length of the leaders, for any thread. */
    private volatile int partitions;

    KeyspaceRoutes(String name) {
        this.name = name;
    }

    /** The keyspace's name. */
    public String name() {
        return name;
    }

    /** Whether some node has told how many partitions there are. */
    boolean known() {
        return leaders.length > 0;
    }

    /** How many partitions there are; 0 while no node has told. For any thread. */
    int partitions() {
        return partitions;
    }

    void partitions(int count) {
        if (leaders.length != count) {
            leaders = new Site[count];
            partitions = count;
        }
    }

    /** The leader's site of a key, by its hash; null if unknown. */
    Site leader(int hash) {
        return leaders.length == 0 ? null : leaders[Partitioner.partitionOfHash(hash, leaders.length)];
    }

    boolean samePartition(int hash, int other) {
        int count = leaders.length;
        return count > 0 && Partitioner.partitionOfHash(hash, count) == Partitioner.partitionOfHash(other, count);
    }

    void leader(int hash, Site site) {
        if (leaders.length > 0) {
            leaders[Partitioner.partitionOfHash(hash, leaders.length)] = site;
        }
    }

    void leaderOf(int partition, Site site) {
        if (partition < leaders.length) {
            leaders[partition] = site;
        }
    }
}
