package io.holdfast.core.store;

import io.holdfast.core.Bytes;
import io.holdfast.core.store.Sessions.Session;
import io.holdfast.core.store.Versions.VersionKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.pcollections.TreePMap;

/**
 * A partition's state at one log index, immutable: it can be encoded by another thread while the partition goes on. Replicas at
 * the same index encode to the same bytes. Durable and on the wire, so the format is fixed for ever: version byte; index,
 * last timestamp; count and sessions (client, doneBelow, last timestamp, count and outcomes: sequence, kind byte, version);
 * count and newest versions; count and superseded versions (key length short, key, timestamp, value length int with -1 for a
 * deletion, value). Big endian, all in order.
 */
public record StoreImage(long index, long lastTimestamp, Versions versions, SortedMap<Long, Session> sessions) {
    private static final byte VERSION = 1;

    /** The order is the format's: never change it, only append. */
    private static final Outcome.Kind[] KINDS = {
        Outcome.Kind.APPLIED, Outcome.Kind.CONDITION_FAILED, Outcome.Kind.NOT_APPLIED, Outcome.Kind.FORGOTTEN
    };

    public static StoreImage empty() {
        return new StoreImage(0, 0, Versions.EMPTY, new TreeMap<>());
    }

    public Bytes encode() {
        var bytes = new ByteArrayOutputStream((int) Math.min(Integer.MAX_VALUE - 64, versions.bytes() + 1024));
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeLong(index);
            out.writeLong(lastTimestamp);
            encodeSessions(out);
            out.writeInt(versions.newest().size());
            for (var entry : versions.newest().entrySet()) {
                encodeVersion(entry.getKey(), entry.getValue(), out);
            }
            out.writeInt(versions.superseded().size());
            for (var entry : versions.superseded().entrySet()) {
                encodeVersion(entry.getKey().key(), entry.getValue(), out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("encoding into memory cannot fail", e);
        }
        return Bytes.wrap(bytes.toByteArray());
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
                out.writeByte(List.of(KINDS).indexOf(outcome.getValue().kind()));
                out.writeLong(outcome.getValue().version());
            }
        }
    }

    private static void encodeVersion(Bytes key, Version version, DataOutputStream out) throws IOException {
        out.writeShort(key.length());
        out.write(key.unsafeArray());
        out.writeLong(version.timestamp());
        out.writeInt(version.value().map(Bytes::length).orElse(-1));
        if (version.value().isPresent()) {
            out.write(version.value().get().unsafeArray());
        }
    }

    /** @throws IllegalArgumentException if these are not the bytes of an image that this version can read */
    public static StoreImage decode(Bytes encoded) {
        try (var in = new DataInputStream(new ByteArrayInputStream(encoded.unsafeArray()))) {
            byte version = in.readByte();
            if (version != VERSION) {
                throw new IllegalArgumentException("unknown version " + version + " of a partition's image");
            }
            long index = in.readLong();
            long lastTimestamp = in.readLong();
            var sessions = decodeSessions(in);
            return new StoreImage(index, lastTimestamp, decodeVersions(in), sessions);
        } catch (IOException e) {
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
                session.outcomes.put(in.readLong(), new Outcome(KINDS[in.readByte()], in.readLong()));
            }
            sessions.put(client, session);
        }
        return sessions;
    }

    private static Versions decodeVersions(DataInputStream in) throws IOException {
        var newest = new TreeMap<Bytes, Version>();
        long keys = 0;
        long bytes = 0;
        for (int left = in.readInt(); left > 0; left--) {
            Bytes key = decodeKey(in);
            Version version = decodeVersion(in);
            newest.put(key, version);
            keys += version.deleted() ? 0 : 1;
            bytes += Versions.keyBytes(key) + version.bytes();
        }
        var superseded = new TreeMap<VersionKey, Version>();
        for (int left = in.readInt(); left > 0; left--) {
            Bytes key = decodeKey(in);
            Version version = decodeVersion(in);
            superseded.put(new VersionKey(key, version.timestamp()), version);
            bytes += version.bytes();
        }
        return new Versions(TreePMap.fromSortedMap(newest), TreePMap.fromSortedMap(superseded), keys, bytes);
    }

    private static Bytes decodeKey(DataInputStream in) throws IOException {
        return Bytes.wrap(in.readNBytes(in.readUnsignedShort()));
    }

    private static Version decodeVersion(DataInputStream in) throws IOException {
        long timestamp = in.readLong();
        int length = in.readInt();
        return length < 0 ? Version.deletion(timestamp) : Version.of(timestamp, Bytes.wrap(in.readNBytes(length)));
    }
}
