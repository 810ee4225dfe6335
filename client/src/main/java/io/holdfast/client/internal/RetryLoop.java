package io.holdfast.client.internal;

import io.holdfast.client.ClientOptions;
import io.holdfast.client.Reason;
import io.holdfast.client.WriteId;
import io.holdfast.v1.Error;
import io.holdfast.v1.Response;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Takes operations from admission to their outcome: every operation ends, with what a node answered or, at its deadline
 * at the latest, with an error. An attempt whose answer is late is followed by another while its own answer may still
 * come; the first answer wins, because the write id makes them all the same write. For the network thread alone.
 */
final class RetryLoop {
    private static final long ATTEMPT_LEAST = 400_000_000L;
    private static final long ATTEMPT_MOST = 2_000_000_000L;
    private static final long BACKOFF_LEAST = 5_000_000L;
    private static final long BACKOFF_MOST = 200_000_000L;
    /** While a partition has no leader, which is for a second at most: what is waited too long adds to the outage. */
    private static final long BACKOFF_NO_LEADER = 80_000_000L;

    /** A lock is held for some milliseconds if all is well. */
    private static final long BACKOFF_LOCKED = 20_000_000L;

    /** Nodes asked before a keyspace that none of them knows counts as unknown. */
    private static final int UNKNOWN_KEYSPACE_ATTEMPTS = 3;

    private static final String CLOSED = "The client was closed before there was an outcome.";

    /** Told when an operation has ended, before its future completes. */
    interface Released {
        void one();
    }

    private final WriteIds ids;
    private final Router router;
    private final RandomGenerator random;
    private final Released released;
    private final Seen seen;
    private final TimerWheel<Op<?>> wheel;
    private final Admission admission;
    private final LinkedHashSet<Op<?>> stranded = new LinkedHashSet<>();
    private final LinkedHashSet<Op<?>> backingOff = new LinkedHashSet<>();
    private boolean closed;

    RetryLoop(
            ClientOptions options, WriteIds ids, Router router, Seen seen, RandomGenerator random, Released released) {
        this.seen = seen;
        this.ids = ids;
        this.router = router;
        this.random = random;
        this.released = released;
        this.admission = new Admission(ids, options.maxInFlight());
        this.wheel = new TimerWheel<>(System.nanoTime(), this::expired);
    }

    /** Takes an operation in. */
    void accept(Op<?> op, long now) {
        if (closed) {
            fail(op, Reason.CLIENT_CLOSED, "The client is closed.");
        } else if (now - op.deadline >= 0) {
            timeOut(op);
        } else if (admission.enter(op)) {
            dispatch(op, now);
        } else {
            op.state = Op.State.WAITING;
            wheel.set(op, op.deadline);
        }
    }

    /** Lets those go that wait for room or for a number, in their order. */
    void admitWaiting(long now) {
        Optional<Op<?>> next = admission.next();
        while (next.isPresent()) {
            dispatch(next.get(), now);
            next = admission.next();
        }
    }

    /** Lets those go that wait for a node, because there is one now. */
    void connected(long now) {
        List<Op<?>> all = List.copyOf(stranded);
        stranded.clear();
        all.forEach(op -> dispatch(op, now));
    }

    private void dispatch(Op<?> op, long now) {
        if (closed) {
            // No timer fires any more that would end it.
            fail(op, Reason.CLIENT_CLOSED, CLOSED);
            return;
        }
        NodeConnection node = router.pick(op);
        if (node == null) {
            op.state = Op.State.STRANDED;
            stranded.add(op);
            wheel.set(op, op.deadline);
            return;
        }
        op.state = Op.State.SENT;
        op.attempt = node.send(op, now);
        op.attempts++;
        wheel.set(op, earlier(op.deadline, now + patience(op)));
        if (!op.routes.known()) {
            router.refresh(now);
        }
    }

    private static long patience(Op<?> op) {
        return Math.min(ATTEMPT_MOST, ATTEMPT_LEAST << Math.min(8, op.attempts - 1));
    }

    private static long earlier(long one, long other) {
        return one - other < 0 ? one : other;
    }

    /** Fires the timers that are due. */
    void tick(long now) {
        wheel.advance(now);
    }

    boolean idle() {
        return wheel.size() == 0;
    }

    private void expired(Op<?> op) {
        long now = System.nanoTime();
        if (now - op.deadline >= 0) {
            timeOut(op);
            return;
        }
        switch (op.state) {
            case BACKING_OFF -> {
                backingOff.remove(op);
                dispatch(op, now);
            }
            case SENT -> late(op, now);
            case WAITING, STRANDED -> wheel.set(op, op.deadline);
            case NEW, DONE -> throw new IllegalStateException("A timer of an operation that is " + op.state);
        }
    }

    private void late(Op<?> op, long now) {
        Attempt attempt = op.attempt;
        boolean alive = attempt.node.health().heardSince(attempt.sentAt());
        long patience = patience(op);
        // A node that answers others is slow, not dead; asking another one too would only add to the work. It may
        // however wait for a dead node itself, so that patience ends.
        long more = Math.max(patience, Math.min(patience * 5 / 2, ATTEMPT_MOST));
        // It may have left later than it was handed over, and has its time from then on.
        long until = attempt.sentAt() + (alive ? more : patience);
        if (now - until < 0) {
            wheel.set(op, earlier(op.deadline, until));
            return;
        }
        if (!alive) {
            attempt.node.suspect(now);
        }
        op.unsure = true;
        op.avoid = attempt.node;
        op.lastFailure =
                attempt.node.endpoint() + " did not answer within " + (now - attempt.sentAt()) / 1_000_000 + " ms";
        dispatch(op, now);
    }

    /** A node's connection is gone, and with it the answers that it owed. */
    void lost(NodeConnection node, List<Attempt> outstanding, long now) {
        for (Attempt attempt : outstanding) {
            Op<?> op = attempt.op;
            boolean newest = op.state == Op.State.SENT && op.attempt == attempt;
            op.over(attempt);
            if (newest) {
                op.unsure = true;
                op.avoid = node;
                op.lastFailure = "the connection to " + node.endpoint() + " broke: " + node.failure();
                dispatch(op, now);
            }
        }
        router.refresh(now);
    }

    /** An answer came. */
    void response(NodeConnection node, Attempt attempt, Response response) {
        Op<?> op = attempt.op;
        if (op.state == Op.State.DONE) {
            return;
        }
        String hint = response.getLeaderSite();
        boolean moved = false;
        if (!hint.isEmpty()) {
            Site leader = op.routes.leader(op.hash);
            if (leader == null || !leader.name.equals(hint)) {
                op.routes.leader(op.hash, router.site(hint));
                moved = true;
                wake(op);
            }
        }
        if (response.hasError()) {
            refused(node, attempt, response.getError(), moved, !hint.isEmpty());
        } else {
            answered(op, response, node);
        }
    }

    /** A leader of the operation's partition has shown: the others that wait for one need not wait longer. */
    private void wake(Op<?> found) {
        if (backingOff.isEmpty()) {
            return;
        }
        long now = System.nanoTime();
        for (Op<?> op : List.copyOf(backingOff)) {
            if (op != found && op.routes == found.routes && op.routes.samePartition(op.hash, found.hash)) {
                backingOff.remove(op);
                op.avoid = null;
                dispatch(op, now);
            }
        }
    }

    private <T> void answered(Op<T> op, Response response, NodeConnection node) {
        T result = op.resultOf(response);
        if (result == null) {
            fail(op, Reason.INTERNAL, "The node " + node.endpoint() + " answered something else than was asked.");
            return;
        }
        seen.take(response);
        if (op instanceof Op.OutcomeOp outcome && outcome.id.client() == ids.client()) {
            ids.resolve(outcome.id.sequence());
        }
        if (op.sequence() > 0) {
            ids.finish(op.sequence());
        }
        end(op);
        op.future.complete(result);
    }

    /** @param leaderKnown to the node; what it refused without a look at the partition names no leader */
    private void refused(NodeConnection node, Attempt attempt, Error error, boolean moved, boolean leaderKnown) {
        Op<?> op = attempt.op;
        Reason reason = Reason.fromWire(error.getReason());
        String message = error.getMessage() + " [" + reason + " from " + node.endpoint() + "]";
        if (error.getNotApplied()) {
            // Of the write, not of the attempt: none of them was applied, or will be.
            fail(op, reason, message, true);
            return;
        }
        boolean unknownKeyspace = reason == Reason.UNKNOWN_KEYSPACE;
        boolean again = reason.retry() == Reason.Retry.SAME_ID
                || reason == Reason.TIMED_OUT
                || unknownKeyspace && (op.routes.known() || op.attempts < UNKNOWN_KEYSPACE_ATTEMPTS)
                // An earlier attempt may have found room.
                || reason == Reason.STORE_FULL && op.unsure;
        if (!again) {
            fail(op, reason, message);
            return;
        }
        op.unsure |= Failures.leavesOpen(reason);
        boolean newest = op.state == Op.State.SENT && op.attempt == attempt;
        op.over(attempt);
        if (!newest) {
            return; // Another attempt is under way, or will be.
        }
        boolean noLeader = reason == Reason.NO_LEADER || reason == Reason.LEADERSHIP_LOST;
        if (!moved && noLeader) {
            op.routes.leader(op.hash, null);
        }
        if (unknownKeyspace) {
            router.refresh(System.nanoTime());
        }
        op.lastFailure = message;
        boolean ofPartition = reason == Reason.OVERLOADED || reason == Reason.LOCKED || reason == Reason.STORE_FULL;
        // Another node can do no more for a partition that has no room, but more than a node that has none.
        op.avoid = moved || ofPartition && leaderKnown ? null : node;
        op.state = Op.State.BACKING_OFF;
        backingOff.add(op);
        long most = reason == Reason.LOCKED ? BACKOFF_LOCKED : noLeader ? BACKOFF_NO_LEADER : BACKOFF_MOST;
        long delay = backoff(op.attempts, most);
        wheel.set(op, earlier(op.deadline, System.nanoTime() + delay));
    }

    private long backoff(int attempts, long cap) {
        long most = Math.min(cap, BACKOFF_LEAST << Math.min(10, attempts - 1));
        return most / 2 + random.nextLong(most / 2);
    }

    private void timeOut(Op<?> op) {
        fail(op, Reason.TIMED_OUT, Failures.whyLate(op, router));
    }

    /** The application stops waiting: it was interrupted, or finds the deadline passed long ago. */
    void abandon(Op<?> op) {
        if (op.state == Op.State.DONE) {
            return;
        }
        if (System.nanoTime() - op.deadline >= 0) {
            timeOut(op);
        } else {
            fail(op, Reason.INTERRUPTED, "The thread was interrupted while it waited.");
        }
    }

    private void fail(Op<?> op, Reason reason, String why) {
        boolean refused = reason.retry() == Reason.Retry.NEVER && reason != Reason.OUTCOME_FORGOTTEN;
        fail(op, reason, why, op.attempts == 0 || refused && !op.unsure);
    }

    /** @param sure that it was not applied, and will not be */
    private void fail(Op<?> op, Reason reason, String why, boolean sure) {
        Optional<WriteId> open = Optional.empty();
        if (op.sequence() > 0) {
            if (!sure) {
                open = Optional.of(new WriteId(op.key, ids.client(), op.sequence()));
                ids.leaveUnresolved(op.sequence());
            } else {
                ids.finish(op.sequence());
            }
        }
        end(op);
        op.future.completeExceptionally(Failures.exception(op, reason, why, open));
    }

    private void end(Op<?> op) {
        switch (op.state) {
            case STRANDED -> stranded.remove(op);
            case BACKING_OFF -> backingOff.remove(op);
            case NEW, WAITING, SENT -> {}
            case DONE -> throw new IllegalStateException("An operation ended twice: " + Failures.describe(op));
        }
        op.state = Op.State.DONE;
        wheel.cancel(op);
        for (Attempt attempt = op.attempt; attempt != null; attempt = attempt.previous) {
            attempt.node.forget(attempt);
        }
        admission.leave(op);
        released.one();
    }

    /** Ends everything. */
    void close() {
        closed = true;
        for (Op<?> op : wheel.removeAll()) {
            fail(op, Reason.CLIENT_CLOSED, CLOSED);
        }
    }
}
