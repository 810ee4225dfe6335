package io.holdfast.core.store;

import io.holdfast.core.Bytes;
import io.holdfast.core.store.Sessions.Session;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.VarHandle;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
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
        SortedMap<Long, Session> sessions,
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

    public static StoreImage empty() {
        return new StoreImage(0, 0, () -> 0, Versions.EMPTY, new TreeMap<>(), Transactions.State.EMPTY);
    }

    public Bytes encode() {
        var bytes = new ByteArrayOutputStream((int) Math.min(Integer.MAX_VALUE - 64, versions.bytes() + 1024));
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeLong(index);
            out.writeLong(lastTimestamp);
            out.writeLong(0);
            encodeSessions(out);
            out.writeInt(versions.newest().size());
            for (var entry : versions.newest().entrySet()) {
                encodeKey(entry.getKey(), entry.getValue().chain(), out);
            }
            out.write(TransactionFormat.encode(transactions));
        } catch (IOException e) {
            throw new UncheckedIOException("encoding into memory cannot fail", e);
        }
        byte[] encoded = bytes.toByteArray();
        // Only now is it known which versions may have been cut off on the way. The fence keeps the reads above from
        // being
        // delayed past this one, as a processor with a weak memory order might.
        VarHandle.loadLoadFence();
        ByteBuffer.wrap(encoded).putLong(HORIZON_OFFSET, horizon.getAsLong());
        return Bytes.wrap(encoded);
    }

    private void encodeSessions(DataOutputStream out) throws IOException {
        out.writeInt(sessions.size());
        for (Map.Entry<Long, Session> entry : sessions.entrySet()) {
            Session session = entry.getValue();
            out.writeLong(entry.getKey());
            out.writeLong(session.doneBelow);
            out.writeLong(session.lastTimestamp);
            out.writeInt(session.outcomes.size());
            for (var outcome : session.outcomes.entrySet()) {
                out.writeLong(outcome.getKey());
                out.writeByte(CODES.get(outcome.getValue().kind()));
                out.writeLong(outcome.getValue().version());
            }
        }
    }

    private static void encodeKey(Bytes key, List<Version> chain, DataOutputStream out) throws IOException {
        out.writeShort(key.length());
        out.write(key.unsafeArray());
        out.writeInt(chain.size());
        for (Version version : chain) {
            out.writeLong(version.timestamp());
            Optional<Bytes> value = version.value();
            out.writeInt(value.map(Bytes::length).orElse(-1));
            if (value.isPresent()) {
                out.write(value.get().unsafeArray());
            }
        }
    }

    /** @throws IllegalArgumentException if these are not the bytes of an image that this version can read */
    public static StoreImage decode(Bytes encoded) {
        try (var in = new DataInputStream(new ByteArrayInputStream(encoded.unsafeArray()))) {
            byte version = in.readByte();
            if (version != VERSION && version != WITHOUT_TRANSACTIONS) {
                throw new IllegalArgumentException("unknown version " + version + " of a partition's image");
            }
            long index = in.readLong();
            long lastTimestamp = in.readLong();
            long horizon = in.readLong();
            var sessions = decodeSessions(in);
            Versions versions = decodeVersions(in);
            Transactions.State transactions = version == WITHOUT_TRANSACTIONS
                    ? Transactions.State.EMPTY
                    : TransactionFormat.decodeState(ByteBuffer.wrap(in.readAllBytes()));
            if (in.available() > 0) {
                throw new IllegalArgumentException(in.available() + " bytes behind the end of a partition's image");
            }
            return new StoreImage(index, lastTimestamp, () -> horizon, versions, sessions, transactions);
        } catch (IOException | BufferUnderflowException e) {
            throw new IllegalArgumentException("a partition's image ends too early", e);
        }
    }

    private static SortedMap<Long, Session> decodeSessions(DataInputStream in) throws IOException {
        var sessions = new TreeMap<Long, Session>();
        for (int left = in.readInt(); left > 0; left--) {
            long client = in.readLong();
            var session = new Session();
            session.doneBelow = in.readLong();
            session.lastTimestamp = in.readLong();
            for (int outcomes = in.readInt(); outcomes > 0; outcomes--) {
                session.outcomes.put(in.readLong(), new Outcome(decodeKind(in.readByte()), in.readLong()));
            }
            sessions.put(client, session);
        }
        return sessions;
    }

    private static Outcome.Kind decodeKind(byte kind) {
        if (kind < 0 || kind >= KINDS.length) {
            throw new IllegalArgumentException("unknown kind " + kind + " of an outcome in a partition's image");
        }
        return KINDS[kind];
    }

    private static Versions decodeVersions(DataInputStream in) throws IOException {
        var newest = new TreeMap<Bytes, Version>();
        long keys = 0;
        long bytes = 0;
        for (int left = in.readInt(); left > 0; left--) {
            Bytes key = decodeBytes(in, in.readUnsignedShort());
            Version version = decodeChain(in);
            newest.put(key, version);
            keys += version.deleted() ? 0 : 1;
            bytes += Versions.keyBytes(key)
                    + version.chain().stream().mapToLong(Version::bytes).sum();
        }
        return new Versions(TreePMap.fromSortedMap(newest), keys, bytes);
    }

    private static Version decodeChain(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 1 || count > in.available()) {
            throw new IllegalArgumentException("a key with " + count + " versions in a partition's image");
        }
        long[] timestamps = new long[count];
        var values = new ArrayList<Optional<Bytes>>(count);
        for (int i = 0; i < count; i++) {
            timestamps[i] = in.readLong();
            int length = in.readInt();
            values.add(length < 0 ? Optional.empty() : Optional.of(decodeBytes(in, length)));
        }
        Optional<Version> version = Optional.empty();
        for (int i = count - 1; i >= 0; i--) {
            version = Optional.of(Version.of(timestamps[i], values.get(i), version));
        }
        return version.orElseThrow();
    }

    private static Bytes decodeBytes(DataInputStream in, int length) throws IOException {
        if (length > in.available()) {
            throw new EOFException(length + " bytes wanted, " + in.available() + " left");
        }
        return Bytes.wrap(in.readNBytes(length));
    }
}
