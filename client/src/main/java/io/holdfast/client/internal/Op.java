package io.holdfast.client.internal;

import com.google.protobuf.UnsafeByteOperations;
import io.holdfast.client.Condition;
import io.holdfast.client.Key;
import io.holdfast.client.Outcome;
import io.holdfast.client.Partitioner;
import io.holdfast.client.Versioned;
import io.holdfast.client.Write;
import io.holdfast.client.WriteConcern;
import io.holdfast.client.WriteId;
import io.holdfast.client.WriteResult;
import io.holdfast.v1.Delete;
import io.holdfast.v1.Get;
import io.holdfast.v1.OutcomeQuery;
import io.holdfast.v1.Put;
import io.holdfast.v1.Request;
import io.holdfast.v1.Response;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One operation from the call to its outcome, over all its attempts. Built by the caller's thread; from its submission
 * on, everything but {@link #future} belongs to the network thread.
 */
public abstract class Op<T> extends TimerWheel.Node {
    enum State {
        NEW,
        WAITING,
        STRANDED,
        BACKING_OFF,
        SENT,
        DONE
    }

    final CompletableFuture<T> future = new CompletableFuture<>();
    final KeyspaceRoutes routes;
    /** Null for what concerns a partition and no key of it. */
    final Key key;

    final int hash;
    final long timeoutNanos;
    final long deadline;

    Op<?> nextSubmitted;
    State state = State.NEW;
    /** The newest attempt whose answer may still come, with those before it; null if there is none. */
    Attempt attempt;

    int attempts;
    boolean inFlight;
    /** The node that the next attempt should not go to; null if there is none. */
    NodeConnection avoid;
    /** Whether an attempt ended in a way that leaves open whether it was, or will be, applied. */
    boolean unsure;

    String lastFailure = "";

    Op(KeyspaceRoutes routes, Key key, Duration timeout) {
        this(routes, key, Partitioner.hash(key.toByteString()), timeout);
    }

    /** For a partition: its number is a hash that leads there. */
    Op(KeyspaceRoutes routes, int partition, Duration timeout) {
        this(routes, null, partition, timeout);
    }

    private Op(KeyspaceRoutes routes, Key key, int hash, Duration timeout) {
        this.routes = routes;
        this.key = key;
        this.hash = hash;
        this.timeoutNanos = timeout.toNanos();
        this.deadline = System.nanoTime() + timeoutNanos;
    }

    /** A read of one key. @param at the timestamp for which to answer, 0 for now */
    public static Op<Optional<Versioned>> get(
            KeyspaceRoutes routes, Key key, int stalenessMillis, long at, Duration timeout) {
        return new GetOp(routes, key, stalenessMillis, at, timeout);
    }

    /** A write of one key. */
    public static Op<WriteResult> write(KeyspaceRoutes routes, Write write, WriteConcern concern, Duration timeout) {
        return new WriteOp(routes, write, concern, timeout);
    }

    /** The question what became of a write. */
    public static Op<Outcome> outcome(KeyspaceRoutes routes, WriteId id, Duration timeout) {
        return new OutcomeOp(routes, id, timeout);
    }

    abstract void fill(Request.Builder request, WriteIds ids);

    /** The result in a response, or null if it holds none of this operation's kind. */
    abstract T resultOf(Response response);

    /** What it is, for people. */
    abstract String verb();

    /** Never changes. */
    abstract Kind kind();

    /** What the request takes on the wire, about. */
    int size() {
        return (key == null ? 0 : key.toByteString().size()) + 64;
    }

    /** Whether any site may answer. */
    boolean stale() {
        return false;
    }

    /** No answer to this attempt will come any more. It is let go, because an operation may take thousands. */
    final void over(Attempt done) {
        if (attempt == done) {
            attempt = done.previous;
            return;
        }
        for (Attempt later = attempt; later != null; later = later.previous) {
            if (later.previous == done) {
                later.previous = done.previous;
                return;
            }
        }
    }

    /** Of a write that has been numbered: its number; else 0. */
    long sequence() {
        return 0;
    }

    private static final class GetOp extends Op<Optional<Versioned>> {
        private final int stalenessMillis;
        private final long at;

        GetOp(KeyspaceRoutes routes, Key key, int stalenessMillis, long at, Duration timeout) {
            super(routes, key, timeout);
            this.stalenessMillis = stalenessMillis;
            this.at = at;
        }

        @Override
        void fill(Request.Builder request, WriteIds ids) {
            request.setGet(Get.newBuilder()
                    .setKey(key.toByteString())
                    .setMaxStalenessMillis(stalenessMillis)
                    .setAt(at));
        }

        @Override
        Optional<Versioned> resultOf(Response response) {
            if (!response.hasGet()) {
                return null;
            }
            var got = response.getGet();
            return got.getFound()
                    ? Optional.of(new Versioned(got.getValue().toByteArray(), got.getVersion()))
                    : Optional.empty();
        }

        @Override
        String verb() {
            return "Get";
        }

        @Override
        Kind kind() {
            return stalenessMillis > 0 ? Kind.GET_STALE : at != 0 ? Kind.GET_AT_TIME : Kind.GET;
        }

        @Override
        boolean stale() {
            return stalenessMillis > 0;
        }
    }

    /** One that is applied once, however often it is sent: it has a number, given when it is let in. */
    abstract static class Numbered<T> extends Op<T> {
        long sequence;

        Numbered(KeyspaceRoutes routes, Key key, Duration timeout) {
            super(routes, key, timeout);
        }

        final io.holdfast.v1.WriteId id(WriteIds ids) {
            return io.holdfast.v1.WriteId.newBuilder()
                    .setClient(ids.client())
                    .setSequence(sequence)
                    .setDoneBelow(ids.doneBelow())
                    .build();
        }

        @Override
        final long sequence() {
            return sequence;
        }
    }

    private static final class WriteOp extends Numbered<WriteResult> {
        private final Write write;
        private final WriteConcern concern;

        WriteOp(KeyspaceRoutes routes, Write write, WriteConcern concern, Duration timeout) {
            super(routes, write.key(), timeout);
            this.write = write;
            this.concern = concern;
        }

        @Override
        void fill(Request.Builder request, WriteIds ids) {
            var id = id(ids);
            if (write instanceof Write.Put put) {
                Put.Builder message = Put.newBuilder()
                        .setWriteId(id)
                        .setKey(key.toByteString())
                        .setValue(UnsafeByteOperations.unsafeWrap(put.value()))
                        .setWriteConcern(concern.toWire());
                if (write.condition() != Condition.ALWAYS) {
                    message.setCondition(wire(write.condition()));
                }
                request.setPut(message);
            } else {
                Delete.Builder message = Delete.newBuilder()
                        .setWriteId(id)
                        .setKey(key.toByteString())
                        .setWriteConcern(concern.toWire());
                if (write.condition() != Condition.ALWAYS) {
                    message.setCondition(wire(write.condition()));
                }
                request.setDelete(message);
            }
        }

        private static io.holdfast.v1.Condition wire(Condition condition) {
            var wire = io.holdfast.v1.Condition.newBuilder();
            switch (condition.kind()) {
                case ALWAYS -> {}
                case ABSENT -> wire.setAbsent(true);
                case PRESENT -> wire.setPresent(true);
                case VERSION -> wire.setVersion(condition.version());
            }
            return wire.build();
        }

        @Override
        WriteResult resultOf(Response response) {
            return response.hasWrite() ? Op.result(response.getWrite()) : null;
        }

        @Override
        String verb() {
            return write instanceof Write.Put ? "Put" : "Delete";
        }

        @Override
        Kind kind() {
            return switch (concern) {
                case ONE -> Kind.WRITE_ONE;
                case SERVER_DEFAULT, MAJORITY -> Kind.WRITE_MAJORITY;
                case ALL -> Kind.WRITE_ALL;
            };
        }

        @Override
        int size() {
            return super.size() + (write instanceof Write.Put put ? put.value().length : 0);
        }
    }

    static final class OutcomeOp extends Op<Outcome> {
        final WriteId id;

        OutcomeOp(KeyspaceRoutes routes, WriteId id, Duration timeout) {
            super(routes, id.key(), timeout);
            this.id = id;
        }

        @Override
        void fill(Request.Builder request, WriteIds ids) {
            // A question about this client's own write must not say that it is done with it; of another client's
            // nothing is known, and 0 says nothing.
            long doneBelow = id.client() == ids.client() ? Math.min(ids.doneBelow(), id.sequence()) : 0;
            request.setOutcome(OutcomeQuery.newBuilder()
                    .setKey(key.toByteString())
                    .setWriteId(io.holdfast.v1.WriteId.newBuilder()
                            .setClient(id.client())
                            .setSequence(id.sequence())
                            .setDoneBelow(doneBelow)));
        }

        @Override
        String verb() {
            return "Outcome";
        }

        @Override
        Kind kind() {
            return Kind.OUTCOME;
        }

        @Override
        Outcome resultOf(Response response) {
            if (!response.hasOutcome()) {
                return null;
            }
            return switch (response.getOutcome().getState()) {
                case FINISHED ->
                    new Outcome.Finished(Op.result(response.getOutcome().getResult()));
                case NOT_APPLIED -> new Outcome.NotApplied();
                case FORGOTTEN -> new Outcome.Forgotten();
                case STATE_UNSPECIFIED, UNRECOGNIZED -> null;
            };
        }
    }

    private static WriteResult result(io.holdfast.v1.WriteResult wire) {
        return new WriteResult(wire.getApplied(), wire.getVersion());
    }
}
