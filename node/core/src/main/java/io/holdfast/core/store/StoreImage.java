package io.holdfast.core.store;

import io.holdfast.core.Bytes;
import io.holdfast.core.store.Sessions.Session;
import java.lang.invoke.VarHandle;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.pcollections.TreePMap;

/**
 * A partition's state at one log index: it can be encoded by another thread while the partition goes on. Replicas at the same index
 * encode to the same bytes, if nothing goes on meanwhile. Durable and on the wire, so the format is fixed for ever: version byte;
 * index, last timestamp, horizon; count and sessions (client, doneBelow, last timestamp, count and outcomes: sequence, kind byte,
 * version); count and keys (length short, key, count of versions, and these, newest first: timestamp, value length int with -1 for
 * a deletion, value). Since version 2: count and prepared transactions (client, sequence, timestamp, lockMillis int, part, read-write set);
 * count and commit decisions (client, sequence, timestamp, count and others), written as {@link TransactionFormat} says. Big endian, all in
 * order.
 *
 * @param horizon reads below this timestamp may miss versions; it grows while the partition goes on
 */
public record StoreImage(
        long index,
        long lastTimestamp,
        LongSupplier horizon,
        Versions versions,
        List<Session> sessions,
        Transactions.State transactions) {
    private static final byte VERSION = 2;
    private static final byte WITHOUT_TRANSACTIONS = 1;
    private static final int HORIZON_OFFSET = 1 + 8 + 8;

    /** The order is the format's: never change it, only append. */
    private static final Outcome.Kind[] KINDS = {
        Outcome.Kind.APPLIED,
        Outcome.Kind.CONDITION_FAILED,
        Outcome.Kind.NOT_APPLIED,
        Outcome.Kind.FORGOTTEN,
        Outcome.Kind.COMMITTED,
        Outcome.Kind.CONFLICT,
        Outcome.Kind.PREPARED,
        Outcome.Kind.ABORTED
    };

    private static final Map<Outcome.Kind, Integer> CODES = new EnumMap<>(Outcome.Kind.class);

    static {
        for (int code = 0; code < KINDS.length; code++) {
            CODES.put(KINDS[code], code);
        }
    }

    /** What it takes, roughly: as much as {@link PartitionStore#imageBytes} says. */
    public long bytes() {
        return versions.bytes() + Sessions.imageBytes(sessions) + transactions.bytes();
    }

    public static StoreImage empty() {
        return new StoreImage(0, 0, () -> 0, Versions.EMPTY, List.of(), Transactions.State.EMPTY);
    }

    public Bytes encode() {
        return encodeBehind(new byte[0]);
    }

    /** In one array behind these bytes: an image may be large, and each copy of it takes as much memory for a while. */
    public Bytes encodeBehind(byte[] head) {
        var out = new ImageWriter(head.length + expectedSize());
        out.put(head).putByte(VERSION).putLong(index).putLong(lastTimestamp).putLong(0);
        encodeSessions(out);
        out.putInt(versions.newest().size());
        for (var entry : versions.newest().entrySet()) {
            encodeKey(entry.getKey(), entry.getValue(), out);
        }
        out.put(TransactionFormat.encode(transactions));
        // Only now is it known which versions may have been cut off on the way. The fence keeps the reads above from
        // being
        // delayed past this one, as a processor with a weak memory order might.
        VarHandle.loadLoadFence();
        out.setLong(head.length + HORIZON_OFFSET, horizon.getAsLong());
        return Bytes.wrap(out.toArray());
    }

    /** Without what a key takes in memory more than here, and with some room for transactions. */
    private long expectedSize() {
        return bytes() - 110L * versions.newest().size() + (64 << 10);
    }

    private void encodeSessions(ImageWriter out) {
        out.putInt(sessions.size());
        var inOrder = new ArrayList<>(sessions);
        inOrder.sort(Comparator.comparingLong(session -> session.client));
        for (Session session : inOrder) {
            out.putLong(session.client).putLong(session.doneBelow).putLong(session.lastTimestamp);
            out.putInt(session.outcomes.size());
            for (var outcome : session.outcomes.entrySet()) {
                out.putLong(outcome.getKey());
                out.putByte(CODES.get(outcome.getValue().kind()));
                out.putLong(outcome.getValue().version());
            }
        }
    }

    /** Older versions may be cut off meanwhile, so they are counted while they are written. */
    private static void encodeKey(Bytes key, Version newest, ImageWriter out) {
        out.putShort(key.length()).put(key.unsafeArray());
        int countOffset = out.size();
        out.putInt(0);
        int count = 0;
        for (Version version = newest; version != null; version = version.older()) {
            version.encode(out);
            count++;
        }
        out.setInt(countOffset, count);
    }

    /** @throws IllegalArgumentException if these are not the bytes of an image that this version can read */
    public static StoreImage decode(Bytes encoded) {
        return decode(ByteBuffer.wrap(encoded.unsafeArray()));
    }

    /** From what remains of the buffer. @throws IllegalArgumentException as {@link #decode(Bytes)} */
    public static StoreImage decode(ByteBuffer in) {
        try {
            byte version = in.get();
            if (version != VERSION && version != WITHOUT_TRANSACTIONS) {
                throw new IllegalArgumentException("unknown version " + version + " of a partition's image");
            }
            long index = in.getLong();
            long lastTimestamp = in.getLong();
            long horizon = in.getLong();
            var sessions = decodeSessions(in);
            Versions versions = decodeVersions(in);
            Transactions.State transactions =
                    version == WITHOUT_TRANSACTIONS ? Transactions.State.EMPTY : TransactionFormat.decodeState(in);
            if (in.hasRemaining()) {
                throw new IllegalArgumentException(in.remaining() + " bytes behind the end of a partition's image");
            }
            return new StoreImage(index, lastTimestamp, () -> horizon, versions, sessions, transactions);
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a partition's image ends too early", e);
        }
    }

    private static List<Session> decodeSessions(ByteBuffer in) {
        var sessions = new ArrayList<Session>();
        for (int left = in.getInt(); left > 0; left--) {
            var session = new Session(in.getLong());
            session.doneBelow = in.getLong();
            session.lastTimestamp = in.getLong();
            for (int outcomes = in.getInt(); outcomes > 0; outcomes--) {
                session.outcomes.put(in.getLong(), new Outcome(decodeKind(in.get()), in.getLong()));
            }
            sessions.add(session);
        }
        return sessions;
    }

    private static Outcome.Kind decodeKind(byte kind) {
        if (kind < 0 || kind >= KINDS.length) {
            throw new IllegalArgumentException("unknown kind " + kind + " of an outcome in a partition's image");
        }
        return KINDS[kind];
    }

    private static Versions decodeVersions(ByteBuffer in) {
        var newest = new TreeMap<Bytes, Version>();
        long keys = 0;
        long bytes = 0;
        for (int left = in.getInt(); left > 0; left--) {
            Bytes key = Bytes.read(in, Short.toUnsignedInt(in.getShort()));
            Version version = decodeChain(in);
            newest.put(key, version);
            keys += version.deleted() ? 0 : 1;
            bytes += Versions.keyBytes(key)
                    + version.chain().stream().mapToLong(Version::bytes).sum();
        }
        return new Versions(TreePMap.fromSortedMap(newest), keys, bytes);
    }

    private static Version decodeChain(ByteBuffer in) {
        int count = in.getInt();
        if (count < 1 || count > in.remaining()) {
            throw new IllegalArgumentException("a key with " + count + " versions in a partition's image");
        }
        long[] timestamps = new long[count];
        var values = new ArrayList<Optional<Bytes>>(count);
        for (int i = 0; i < count; i++) {
            timestamps[i] = in.getLong();
            int length = in.getInt();
            values.add(length < 0 ? Optional.empty() : Optional.of(Bytes.read(in, length)));
        }
        Optional<Version> version = Optional.empty();
        for (int i = count - 1; i >= 0; i--) {
            version = Optional.of(Version.of(timestamps[i], values.get(i), version));
        }
        return version.orElseThrow();
    }
}
