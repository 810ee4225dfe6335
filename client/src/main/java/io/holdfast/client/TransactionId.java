package io.holdfast.client;

import java.util.Objects;

/**
 * Identifies one transaction for ever. It can be stored and asked about with {@link HoldfastClient#outcome} by any client.
 *
 * @param keyspace of the partition that decides it
 * @param write the number of the commit, with a key of that partition
 */
public record TransactionId(String keyspace, WriteId write) {
    public TransactionId {
        Limits.checkKeyspaceName(keyspace);
        Objects.requireNonNull(write, "write");
    }

    @Override
    public String toString() {
        return write + " in keyspace '" + keyspace + "'";
    }
}
