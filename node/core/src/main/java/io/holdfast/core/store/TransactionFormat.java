package io.holdfast.core.store;

import io.holdfast.core.Bytes;
import io.holdfast.core.store.ReadWriteSet.Range;
import io.holdfast.core.store.ReadWriteSet.Read;
import io.holdfast.core.store.ReadWriteSet.Write;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How the parts of transactions are written in {@link CommandBatch} and {@link StoreImage}: fixed for ever. A read-write set is the
 * count of reads (int) and for each key and version (long); the count of ranges and for each the first key, a byte that says whether an
 * end follows, that key, and asOf (long); the count of writes and for each key, value length (int, -1 for a deletion) and value. A key
 * is length (short) and bytes. A part is 1, count (int) and others, or 2 and the decision partition; a participant is name length
 * (short), name, number (int). A decision is 1 or 0 for commit or abort, and the timestamp. Big endian.
 */
final class TransactionFormat {
    private static final byte DECIDES = 1;
    private static final byte FOLLOWS = 2;

    private TransactionFormat() {}

    static void encode(ReadWriteSet set, ByteBuffer out) {
        out.putInt(set.reads().size());
        for (Read read : set.reads()) {
            encodeKey(read.key(), out);
            out.putLong(read.version());
        }
        out.putInt(set.ranges().size());
        for (Range range : set.ranges()) {
            encodeKey(range.from(), out);
            out.put((byte) (range.to().isPresent() ? 1 : 0));
            range.to().ifPresent(to -> encodeKey(to, out));
            out.putLong(range.asOf());
        }
        out.putInt(set.writes().size());
        for (Write write : set.writes()) {
            encodeKey(write.key(), out);
            out.putInt(write.value().map(Bytes::length).orElse(-1));
            write.value().ifPresent(value -> out.put(value.unsafeArray()));
        }
    }

    static ReadWriteSet decodeSet(ByteBuffer in) {
        var reads = new ArrayList<Read>();
        for (int left = in.getInt(); left > 0; left--) {
            reads.add(new Read(decodeKey(in), in.getLong()));
        }
        var ranges = new ArrayList<Range>();
        for (int left = in.getInt(); left > 0; left--) {
            Bytes from = decodeKey(in);
            Optional<Bytes> to = decodeFlag(in) ? Optional.of(decodeKey(in)) : Optional.empty();
            ranges.add(new Range(from, to, in.getLong()));
        }
        var writes = new ArrayList<Write>();
        for (int left = in.getInt(); left > 0; left--) {
            Bytes key = decodeKey(in);
            int length = in.getInt();
            writes.add(new Write(key, length < 0 ? Optional.empty() : Optional.of(Bytes.read(in, length))));
        }
        return new ReadWriteSet(reads, ranges, writes);
    }

    static void encode(Command.Part part, ByteBuffer out) {
        if (part instanceof Command.Decides decides) {
            encode(decides.others(), out.put(DECIDES));
        } else {
            out.put(FOLLOWS);
            encode(((Command.Follows) part).decisionPartition(), out);
        }
    }

    static Command.Part decodePart(ByteBuffer in) {
        byte kind = in.get();
        return switch (kind) {
            case DECIDES -> new Command.Decides(decodeParticipants(in));
            case FOLLOWS -> new Command.Follows(decodeParticipant(in));
            default -> throw new IllegalArgumentException("unknown part " + kind + " in a transaction");
        };
    }

    static void encode(List<Participant> participants, ByteBuffer out) {
        out.putInt(participants.size());
        participants.forEach(participant -> encode(participant, out));
    }

    static List<Participant> decodeParticipants(ByteBuffer in) {
        var participants = new ArrayList<Participant>();
        for (int left = in.getInt(); left > 0; left--) {
            participants.add(decodeParticipant(in));
        }
        return participants;
    }

    private static void encode(Participant participant, ByteBuffer out) {
        encodeKey(Bytes.utf8(participant.keyspace()), out);
        out.putInt(participant.number());
    }

    private static Participant decodeParticipant(ByteBuffer in) {
        return new Participant(decodeKey(in).toUtf8(), in.getInt());
    }

    static void encode(Decision decision, ByteBuffer out) {
        out.put((byte) (decision.commit() ? 1 : 0)).putLong(decision.timestamp());
    }

    static Decision decodeDecision(ByteBuffer in) {
        return new Decision(decodeFlag(in), in.getLong());
    }

    /** The part of an image. */
    static byte[] encode(Transactions.State state) {
        int size = 8;
        for (PreparedTransaction transaction : state.prepared()) {
            size += 28 + transaction.set().size() + Command.sizeOf(transaction.part());
        }
        for (CommittedTransaction transaction : state.committed()) {
            size += 24 + Command.sizeOf(transaction.others());
        }
        ByteBuffer out = ByteBuffer.allocate(size);
        out.putInt(state.prepared().size());
        for (PreparedTransaction transaction : state.prepared()) {
            encode(transaction.id(), out);
            out.putLong(transaction.timestamp()).putInt(transaction.lockMillis());
            encode(transaction.part(), out);
            encode(transaction.set(), out);
        }
        out.putInt(state.committed().size());
        for (CommittedTransaction transaction : state.committed()) {
            encode(transaction.id(), out);
            out.putLong(transaction.timestamp());
            encode(transaction.others(), out);
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    static Transactions.State decodeState(ByteBuffer in) {
        var prepared = new ArrayList<PreparedTransaction>();
        for (int left = in.getInt(); left > 0; left--) {
            prepared.add(
                    new PreparedTransaction(decodeId(in), in.getLong(), in.getInt(), decodePart(in), decodeSet(in)));
        }
        var committed = new ArrayList<CommittedTransaction>();
        for (int left = in.getInt(); left > 0; left--) {
            committed.add(new CommittedTransaction(decodeId(in), in.getLong(), decodeParticipants(in)));
        }
        if (in.hasRemaining()) {
            throw new IllegalArgumentException(in.remaining() + " bytes behind the end of a partition's image");
        }
        return new Transactions.State(prepared, committed);
    }

    private static void encode(WriteId id, ByteBuffer out) {
        out.putLong(id.client()).putLong(id.sequence());
    }

    private static WriteId decodeId(ByteBuffer in) {
        return new WriteId(in.getLong(), in.getLong());
    }

    static void encodeKey(Bytes key, ByteBuffer out) {
        out.putShort((short) key.length()).put(key.unsafeArray());
    }

    static Bytes decodeKey(ByteBuffer in) {
        return Bytes.read(in, in.getShort() & 0xffff);
    }

    private static boolean decodeFlag(ByteBuffer in) {
        byte flag = in.get();
        if (flag != 0 && flag != 1) {
            throw new IllegalArgumentException("neither yes nor no in a transaction: " + flag);
        }
        return flag == 1;
    }
}
