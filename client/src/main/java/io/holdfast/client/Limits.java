package io.holdfast.client;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** The limits of Holdfast's data model, which client and server check alike, and the checks themselves. */
public final class Limits {
    /** Bytes of a key, at most. The least is 1. */
    public static final int MAX_KEY_BYTES = 4096;
    /** Bytes of a value, at most: 1 MiB. The least is 0. */
    public static final int MAX_VALUE_BYTES = 1 << 20;
    /** Partitions of a keyspace, at most. */
    public static final int MAX_PARTITIONS = 1024;
    /** Reads, scanned partitions and writes of a transaction together, at most. */
    public static final int MAX_TRANSACTION_ITEMS = 1_000;
    /** Keys and values of a transaction together, in bytes, at most: 8 MiB. */
    public static final int MAX_TRANSACTION_BYTES = 8 << 20;
    /** Keys and values of a transaction in one partition, in bytes, at most: the largest value with a few dozen KiB beside it. */
    public static final int MAX_TRANSACTION_PARTITION_BYTES = MAX_VALUE_BYTES + (32 << 10);
    /**
     * Keys of one partition that the scans of a transaction may look at, at most, deleted ones included: they are all looked at again when it
     * commits, in one step of the partition.
     */
    public static final int MAX_TRANSACTION_SCANNED_KEYS = 65_536;
    /** The longest deadline of a request. */
    public static final Duration MAX_DEADLINE = Duration.ofMinutes(5);

    private static final Pattern KEYSPACE_NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");

    private Limits() {}

    /** Returns the name if it may be a keyspace's, else throws {@link InvalidRequestException}. */
    public static String checkKeyspaceName(String name) {
        faultOfKeyspaceName(name).ifPresent(fault -> {
            throw new InvalidRequestException(Reason.INVALID_KEYSPACE_NAME, fault);
        });
        return name;
    }

    /** What is wrong with the name of a keyspace, for people; empty if it may be one. For nodes, which are sent any number of wrong ones. */
    public static Optional<String> faultOfKeyspaceName(String name) {
        return KEYSPACE_NAME.matcher(name).matches()
                ? Optional.empty()
                : Optional.of("The keyspace name '" + shorten(name)
                        + "' is not allowed: use 1 to 63 of a-z, 0-9 and '-', starting with a letter.");
    }

    static byte[] checkValue(byte[] value) {
        if (value.length > MAX_VALUE_BYTES) {
            throw new InvalidRequestException(
                    Reason.INVALID_VALUE,
                    "The value has " + value.length + " bytes, and at most " + MAX_VALUE_BYTES
                            + " are allowed: split it over several keys.");
        }
        return value;
    }

    static Duration checkDeadline(Duration deadline) {
        if (deadline.compareTo(Duration.ofMillis(1)) < 0 || deadline.compareTo(MAX_DEADLINE) > 0) {
            throw new InvalidRequestException(
                    Reason.INVALID_REQUEST,
                    "The deadline " + deadline + " is not allowed: give 1 ms to " + MAX_DEADLINE + ".");
        }
        return deadline;
    }

    static Duration checkStaleness(Duration staleness) {
        boolean belowMillisecond = !staleness.isZero() && staleness.compareTo(Duration.ofMillis(1)) < 0;
        if (belowMillisecond || staleness.compareTo(Duration.ofDays(1)) > 0) {
            throw new InvalidRequestException(
                    Reason.INVALID_REQUEST,
                    "The staleness " + staleness + " is not allowed: give 1 ms to 1 day, or zero for a linearizable "
                            + "read.");
        }
        return staleness;
    }

    private static String shorten(String name) {
        return name.length() <= 80 ? name : name.substring(0, 80) + "…";
    }
}
