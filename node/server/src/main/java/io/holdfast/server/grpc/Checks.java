package io.holdfast.server.grpc;

import com.google.protobuf.ByteString;
import io.holdfast.client.Limits;
import io.holdfast.core.store.WriteId;
import io.holdfast.server.gateway.KeyspaceTable;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.v1.Reason;
import java.util.Optional;
import java.util.OptionalLong;

/** What a request must keep to, whoever sent it. Each check throws the {@link Problem} that the caller is told. */
final class Checks {
    static final int MAX_TIMEOUT_MILLIS = (int) Limits.MAX_DEADLINE.toMillis();
    static final int MAX_STALENESS_MILLIS = 24 * 3600 * 1000;

    private Checks() {}

    static byte[] key(ByteString key) {
        if (key.isEmpty()) {
            throw new Problem(Reason.INVALID_KEY, "The key is empty: give a key of 1 to 4096 bytes.");
        }
        return part("key", key).toByteArray();
    }

    /** A key, or an end of one, of any length up to a key's. */
    static ByteString part(String what, ByteString bytes) {
        if (bytes.size() > Limits.MAX_KEY_BYTES) {
            throw new Problem(
                    Reason.INVALID_KEY,
                    "The " + what + " has " + bytes.size() + " bytes, and at most " + Limits.MAX_KEY_BYTES
                            + " are allowed: use a shorter one.");
        }
        return bytes;
    }

    static byte[] value(ByteString value) {
        if (value.size() > Limits.MAX_VALUE_BYTES) {
            throw new Problem(
                    Reason.INVALID_VALUE,
                    "The value has " + value.size() + " bytes, and at most " + Limits.MAX_VALUE_BYTES
                            + " are allowed: split it over several keys.");
        }
        return value.toByteArray();
    }

    static String keyspaceName(String name) {
        Limits.faultOfKeyspaceName(name).ifPresent(fault -> {
            throw new Problem(Reason.INVALID_KEYSPACE_NAME, fault);
        });
        return name;
    }

    static KeyspaceTable.Entry keyspace(String name, KeyspaceTable table) {
        Optional<KeyspaceTable.Entry> found = table.find(name);
        if (found.isEmpty()) {
            keyspaceName(name);
            throw new Problem(
                    Reason.UNKNOWN_KEYSPACE,
                    "There is no keyspace '" + name + "' as far as this node knows: create it, or check the name.");
        }
        return found.get();
    }

    /** @param millis as on the wire: unsigned, so that a negative number shows as a huge one */
    static int timeout(int millis, int defaultMillis) {
        if (millis == 0) {
            return defaultMillis;
        }
        if (millis < 0 || millis > MAX_TIMEOUT_MILLIS) {
            throw new Problem(
                    Reason.INVALID_REQUEST,
                    "The timeout of " + Integer.toUnsignedString(millis) + " ms is not allowed: give 1 to "
                            + MAX_TIMEOUT_MILLIS + ", or 0 for the server's default.");
        }
        return millis;
    }

    static int staleness(int millis) {
        if (millis < 0 || millis > MAX_STALENESS_MILLIS) {
            throw new Problem(
                    Reason.INVALID_REQUEST,
                    "The staleness of " + Integer.toUnsignedString(millis) + " ms is not allowed: give at most "
                            + MAX_STALENESS_MILLIS + ", or 0 for a linearizable read.");
        }
        return millis;
    }

    /** @param timestamp as on the wire: 0 for none */
    static OptionalLong timestamp(long timestamp) {
        if (timestamp < 0) {
            throw new Problem(
                    Reason.INVALID_REQUEST,
                    "The timestamp " + Long.toUnsignedString(timestamp)
                            + " is none that Holdfast gave: use a version or a commit timestamp.");
        }
        return timestamp == 0 ? OptionalLong.empty() : OptionalLong.of(timestamp);
    }

    /** @throws Problem if no client would give such an id */
    static WriteId writeId(io.holdfast.v1.WriteId id) {
        if (id.getSequence() <= 0) {
            throw new Problem(
                    Reason.INVALID_REQUEST,
                    "The write id has the sequence " + Long.toUnsignedString(id.getSequence())
                            + ": sequences are 1, 2, 3 … for each client.");
        }
        // As unsigned numbers; a client that is done with this very write would get no outcome of it.
        if (Long.compareUnsigned(id.getDoneBelow(), id.getSequence()) > 0) {
            throw new Problem(
                    Reason.INVALID_REQUEST,
                    "The write id has the sequence " + id.getSequence() + " and is done below "
                            + Long.toUnsignedString(id.getDoneBelow())
                            + ": a client is not done with a write that it still sends.");
        }
        return new WriteId(id.getClient(), id.getSequence());
    }

    /** The end of a range may be one byte longer than a key: what lies just behind a longest one. */
    static ByteString end(String what, ByteString bytes) {
        return bytes.size() == Limits.MAX_KEY_BYTES + 1 ? bytes : part(what, bytes);
    }

    static PartitionId partition(int number, KeyspaceTable.Entry keyspace) {
        if (number < 0 || number >= keyspace.partitions().size()) {
            throw new Problem(
                    Reason.INVALID_REQUEST,
                    "There is no partition " + Integer.toUnsignedString(number) + " in keyspace '"
                            + keyspace.definition().name() + "': it has "
                            + keyspace.partitions().size() + ", from 0 on.");
        }
        return keyspace.partitions().get(number);
    }

    static long limit(long limit) {
        if (limit < 0) {
            throw new Problem(
                    Reason.INVALID_LIMIT,
                    "The limit " + limit + " is negative: give the most entries wanted, or 0 for all.");
        }
        return limit;
    }
}
