package io.holdfast.core.store;

import io.holdfast.core.Bytes;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The payload of a log entry: commands in order. Durable and on the wire, so the format is fixed for ever: a version byte, the
 * count, then for each command: client, sequence, doneBelow, notAfter (longs), kind (byte), condition (byte, and the version
 * if the condition has one), key length (short) and key, and for a put value length (int) and value. Steps of transactions have, behind
 * the kind, for a commit the read-write set; for a commit at the last the set, count (int) and others, and preparedUpTo (long); for a prepare
 * the set, the part and lockMillis (int); for decide and resolve the decision; for
 * complete nothing; see {@link TransactionFormat}. Big endian.
 */
public final class CommandBatch {
    private static final byte VERSION = 1;

    private static final byte PUT = 1;
    private static final byte DELETE = 2;
    private static final byte SETTLE = 3;
    private static final byte COMMIT = 4;
    private static final byte PREPARE = 5;
    private static final byte DECIDE = 6;
    private static final byte RESOLVE = 7;
    private static final byte COMPLETE = 8;
    private static final byte COMMIT_LAST = 9;

    private static final byte NO_CONDITION = 0;
    private static final byte ABSENT = 1;
    private static final byte PRESENT = 2;
    private static final byte VERSION_IS = 3;

    /** A batch takes no more than this and the sizes of its commands. */
    public static final int HEADER_BYTES = 5;

    private CommandBatch() {}

    public static Bytes encode(List<Command> commands) {
        int size = HEADER_BYTES;
        for (Command command : commands) {
            size += command.size();
        }
        ByteBuffer out = ByteBuffer.allocate(size);
        out.put(VERSION).putInt(commands.size());
        commands.forEach(command -> encode(command, out));
        return Bytes.wrap(out.position() == size ? out.array() : Arrays.copyOf(out.array(), out.position()));
    }

    private static void encode(Command command, ByteBuffer out) {
        out.putLong(command.id().client())
                .putLong(command.id().sequence())
                .putLong(command.doneBelow())
                .putLong(command.notAfterMillis());
        Command.Operation operation = command.operation();
        if (operation instanceof Command.Put put) {
            out.put(PUT);
            encode(put.condition(), out);
            TransactionFormat.encodeKey(put.key(), out);
            out.putInt(put.value().length()).put(put.value().unsafeArray());
        } else if (operation instanceof Command.Delete delete) {
            out.put(DELETE);
            encode(delete.condition(), out);
            TransactionFormat.encodeKey(delete.key(), out);
        } else if (operation instanceof Command.Settle settle) {
            out.put(SETTLE);
            TransactionFormat.encodeKey(settle.key(), out);
        } else {
            encodeStep(operation, out);
        }
    }

    private static void encodeStep(Command.Operation operation, ByteBuffer out) {
        if (operation instanceof Command.Commit commit) {
            out.put(COMMIT);
            TransactionFormat.encode(commit.set(), out);
        } else if (operation instanceof Command.CommitLast last) {
            out.put(COMMIT_LAST);
            TransactionFormat.encode(last.set(), out);
            TransactionFormat.encode(last.others(), out);
            out.putLong(last.preparedUpTo());
        } else if (operation instanceof Command.Prepare prepare) {
            out.put(PREPARE);
            TransactionFormat.encode(prepare.set(), out);
            TransactionFormat.encode(prepare.part(), out);
            out.putInt(prepare.lockMillis());
        } else if (operation instanceof Command.Decide decide) {
            out.put(DECIDE);
            TransactionFormat.encode(decide.decision(), out);
        } else if (operation instanceof Command.Resolve resolve) {
            out.put(RESOLVE);
            TransactionFormat.encode(resolve.decision(), out);
        } else {
            out.put(COMPLETE);
        }
    }

    private static void encode(Condition condition, ByteBuffer out) {
        if (condition instanceof Condition.Absent) {
            out.put(ABSENT);
        } else if (condition instanceof Condition.Present) {
            out.put(PRESENT);
        } else if (condition instanceof Condition.VersionIs version) {
            out.put(VERSION_IS).putLong(version.expected());
        } else {
            out.put(NO_CONDITION);
        }
    }

    /** @throws IllegalArgumentException if these are not the bytes of a batch that this version can read */
    public static List<Command> decode(Bytes payload) {
        ByteBuffer in = ByteBuffer.wrap(payload.unsafeArray());
        try {
            byte version = in.get();
            if (version != VERSION) {
                throw new IllegalArgumentException("unknown version " + version + " of a command batch");
            }
            var commands = new ArrayList<Command>();
            for (int left = in.getInt(); left > 0; left--) {
                commands.add(decodeCommand(in));
            }
            if (in.hasRemaining()) {
                throw new IllegalArgumentException(in.remaining() + " bytes behind the end of a command batch");
            }
            return commands;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a command batch ends too early", e);
        }
    }

    private static Command decodeCommand(ByteBuffer in) {
        var id = new WriteId(in.getLong(), in.getLong());
        long doneBelow = in.getLong();
        long notAfter = in.getLong();
        byte kind = in.get();
        Command.Operation operation =
                switch (kind) {
                    case PUT -> {
                        Condition condition = decodeCondition(in);
                        yield new Command.Put(TransactionFormat.decodeKey(in), Bytes.read(in, in.getInt()), condition);
                    }
                    case DELETE -> {
                        Condition condition = decodeCondition(in);
                        yield new Command.Delete(TransactionFormat.decodeKey(in), condition);
                    }
                    case SETTLE -> new Command.Settle(TransactionFormat.decodeKey(in));
                    case COMMIT -> new Command.Commit(TransactionFormat.decodeSet(in));
                    case COMMIT_LAST ->
                        new Command.CommitLast(
                                TransactionFormat.decodeSet(in),
                                TransactionFormat.decodeParticipants(in),
                                in.getLong());
                    case PREPARE ->
                        new Command.Prepare(
                                TransactionFormat.decodeSet(in), TransactionFormat.decodePart(in), in.getInt());
                    case DECIDE -> new Command.Decide(TransactionFormat.decodeDecision(in));
                    case RESOLVE -> new Command.Resolve(TransactionFormat.decodeDecision(in));
                    case COMPLETE -> new Command.Complete();
                    default -> throw new IllegalArgumentException("unknown kind " + kind + " of a command");
                };
        return new Command(id, doneBelow, notAfter, operation);
    }

    private static Condition decodeCondition(ByteBuffer in) {
        byte kind = in.get();
        return switch (kind) {
            case NO_CONDITION -> Condition.NONE;
            case ABSENT -> new Condition.Absent();
            case PRESENT -> new Condition.Present();
            case VERSION_IS -> new Condition.VersionIs(in.getLong());
            default -> throw new IllegalArgumentException("unknown condition " + kind);
        };
    }
}
