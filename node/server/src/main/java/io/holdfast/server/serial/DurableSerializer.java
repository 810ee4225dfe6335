package io.holdfast.server.serial;

import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.holdfast.core.partition.PartitionImage;
import io.holdfast.core.partition.ReplicaSnapshot;
import io.holdfast.core.raft.HardState;
import io.holdfast.core.raft.LogWrite;
import io.holdfast.server.partition.JournalRecord;
import io.holdfast.server.partition.SnapshotRecord;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/**
 * Serializes what replicas write to their journals and snapshots. The formats are fixed for ever: the manifest names the record,
 * its first byte the version. Kryo's Output and Input serve as a byte codec only: Kryo itself writes no schema, so its object
 * graphs could not be read by a later version.
 *
 * <p>A journal record, version 1: flags byte (1: hard state, 2: truncation); hard state if any; truncation index (long) if any;
 * commit index (long); entries. A snapshot record, version 1: hard state, image, log tail.
 */
public final class DurableSerializer extends SerializerWithStringManifest {
    private static final int IDENTIFIER = 740_002;
    private static final String JOURNAL = "journal";
    private static final String SNAPSHOT = "snapshot";
    private static final byte VERSION = 1;
    private static final int HAS_HARD_STATE = 1;
    private static final int HAS_TRUNCATION = 2;

    @Override
    public int identifier() {
        return IDENTIFIER;
    }

    @Override
    public String manifest(Object record) {
        if (record instanceof JournalRecord) {
            return JOURNAL;
        }
        if (record instanceof SnapshotRecord) {
            return SNAPSHOT;
        }
        throw new IllegalArgumentException(record.getClass().getName() + " is no record of a replica");
    }

    @Override
    public byte[] toBinary(Object record) {
        if (record instanceof SnapshotRecord snapshot) {
            return encode(snapshot.snapshot());
        }
        return encode(((JournalRecord) record).write());
    }

    private static byte[] encode(LogWrite write) {
        int size = 128
                + write.entries().stream().mapToInt(entry -> entry.size() + 16).sum();
        var out = new Output(size, -1);
        out.writeByte(VERSION);
        out.writeByte((write.hardState().isPresent() ? HAS_HARD_STATE : 0)
                | (write.truncateFrom().isPresent() ? HAS_TRUNCATION : 0));
        write.hardState().ifPresent(state -> Fields.writeHardState(out, state));
        write.truncateFrom().ifPresent(out::writeLong);
        out.writeLong(write.commitIndex());
        Fields.writeEntries(out, write.entries());
        return out.toBytes();
    }

    private static byte[] encode(ReplicaSnapshot snapshot) {
        byte[] image = snapshot.image().encode().unsafeArray();
        var head = new Output(256, -1);
        head.writeByte(VERSION);
        Fields.writeHardState(head, snapshot.hardState());
        Fields.writeLength(head, image.length);
        var tail = new Output(4096, -1);
        Fields.writeEntries(tail, snapshot.logTail());
        // The image may be large: it is copied once, into an array of the right size.
        return ByteBuffer.allocate(head.position() + image.length + tail.position())
                .put(head.getBuffer(), 0, head.position())
                .put(image)
                .put(tail.getBuffer(), 0, tail.position())
                .array();
    }

    @Override
    public Object fromBinary(byte[] bytes, String manifest) {
        var in = new Input(bytes);
        byte version = in.readByte();
        if (version != VERSION) {
            throw new IllegalArgumentException("a " + manifest + " record of version " + version
                    + ", this program reads version " + VERSION + ": was the data written by a newer one?");
        }
        return switch (manifest) {
            case JOURNAL -> new JournalRecord(decodeWrite(in));
            case SNAPSHOT ->
                new SnapshotRecord(new ReplicaSnapshot(
                        Fields.readHardState(in), PartitionImage.decode(Fields.readSlice(in)), Fields.readEntries(in)));
            default -> throw new IllegalArgumentException("unknown record '" + manifest + "' in a replica's journal");
        };
    }

    private static LogWrite decodeWrite(Input in) {
        int flags = in.readByte();
        Optional<HardState> hardState =
                (flags & HAS_HARD_STATE) != 0 ? Optional.of(Fields.readHardState(in)) : Optional.empty();
        OptionalLong truncateFrom =
                (flags & HAS_TRUNCATION) != 0 ? OptionalLong.of(in.readLong()) : OptionalLong.empty();
        long commitIndex = in.readLong();
        return new LogWrite(0, hardState, truncateFrom, Fields.readEntries(in), commitIndex);
    }
}
