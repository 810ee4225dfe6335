package io.holdfast.core.store;

import static io.holdfast.core.InvariantViolation.check;

import io.holdfast.core.store.Command.CommitLast;
import io.holdfast.core.store.Command.Complete;
import io.holdfast.core.store.Command.Decide;
import io.holdfast.core.store.Command.Decides;
import io.holdfast.core.store.Command.Prepare;
import io.holdfast.core.store.Command.Resolve;
import io.holdfast.core.store.Outcome.Kind;
import io.holdfast.core.store.ReadWriteSet.Range;
import io.holdfast.core.store.ReadWriteSet.Read;
import io.holdfast.core.store.ReadWriteSet.Write;
import java.util.Optional;

/** What the steps of transactions do to a partition. The rules are in docs/protocol.md, "Transactions". */
final class TransactionSteps {
    private final History history;
    private final Sessions sessions;
    private final Transactions transactions;

    TransactionSteps(History history, Sessions sessions, Transactions transactions) {
        this.history = history;
        this.sessions = sessions;
        this.transactions = transactions;
    }

    /** Those of a prepared transaction come from whoever finishes it, again and again: not once for each id. */
    static boolean mayRepeat(Command.Operation operation) {
        return operation instanceof Decide || operation instanceof Resolve || operation instanceof Complete;
    }

    Outcome repeatable(long timestamp, Command command) {
        if (command.operation() instanceof Decide decide) {
            return decide(timestamp, command, decide.decision());
        }
        if (command.operation() instanceof Resolve resolve) {
            return resolve(timestamp, command, resolve.decision());
        }
        return complete(timestamp, command.id());
    }

    /** @param floor ranges that were scanned before it cannot be checked: a deletion since may be forgotten */
    Outcome commit(long timestamp, ReadWriteSet set, long floor) {
        if (!mayCommit(set, floor)) {
            return new Outcome(Kind.CONFLICT, 0);
        }
        write(set, timestamp);
        return new Outcome(Kind.COMMITTED, timestamp);
    }

    Outcome commitLast(long timestamp, WriteId id, CommitLast last, long floor) {
        check(
                last.preparedUpTo() < timestamp,
                "transaction %s, prepared at %d, is committed by an entry at %d",
                id,
                last.preparedUpTo(),
                timestamp);
        Outcome outcome = commit(timestamp, last.set(), floor);
        if (outcome.kind() == Kind.COMMITTED) {
            transactions.keep(new CommittedTransaction(id, timestamp, last.others()));
        }
        return outcome;
    }

    Outcome prepare(long timestamp, WriteId id, Prepare prepare, long floor) {
        if (!mayCommit(prepare.set(), floor)) {
            return new Outcome(Kind.CONFLICT, 0);
        }
        transactions.prepare(
                new PreparedTransaction(id, timestamp, prepare.lockMillis(), prepare.part(), prepare.set()));
        return new Outcome(Kind.PREPARED, timestamp);
    }

    private boolean mayCommit(ReadWriteSet set, long floor) {
        boolean locked = !transactions.nothingPrepared() && transactions.locks().conflictWith(set);
        return !locked && unchanged(set, floor);
    }

    /** Whether everything that was read is still as it was. */
    boolean unchanged(ReadWriteSet set, long floor) {
        Versions versions = history.versions();
        for (Read read : set.reads()) {
            if (versions.liveVersion(read.key()) != read.version()) {
                return false;
            }
        }
        for (Range range : set.ranges()) {
            if (range.asOf() < floor || !versions.unchanged(range)) {
                return false;
            }
        }
        return true;
    }

    private void write(ReadWriteSet set, long timestamp) {
        for (Write write : set.writes()) {
            Optional<Version> before = history.versions().find(write.key());
            boolean nothing = write.value().isEmpty()
                    && before.map(Version::liveTimestamp).orElse(0L) == 0;
            if (!nothing) {
                history.write(write.key(), before, timestamp, write.value());
            }
        }
    }

    private Outcome decide(long timestamp, Command command, Decision wanted) {
        WriteId id = command.id();
        Optional<PreparedTransaction> prepared = transactions.prepared(id);
        if (prepared.isEmpty()) {
            return transactions.outcome(id).orElseGet(() -> neverPrepared(timestamp, command));
        }
        PreparedTransaction transaction = prepared.get();
        if (!(transaction.part() instanceof Decides part)) {
            // Its client gave the same id to another transaction, which is decided elsewhere. This one never was
            // committed here, nor will be, and who waits for that must learn it: two such could lock each other for
            // ever.
            return wanted.commit() ? new Outcome(Kind.PREPARED, transaction.timestamp()) : Decision.ABORT.outcome();
        }
        boolean commit = wanted.commit() && wanted.timestamp() >= transaction.timestamp();
        Decision decision = commit ? wanted : Decision.ABORT;
        if (commit) {
            transactions.keep(new CommittedTransaction(id, decision.timestamp(), part.others()));
        }
        return finish(timestamp, command.doneBelow(), transaction, decision);
    }

    /** A decision partition that does not know a transaction has not committed it, or all have resolved it. */
    private Outcome neverPrepared(long timestamp, Command command) {
        Optional<Outcome> known = sessions.find(command.id());
        if (known.isEmpty()) {
            // A commit that is still on its way comes too late: its transaction has been said to be aborted.
            sessions.record(command.id(), command.doneBelow(), timestamp, Decision.ABORT.outcome());
        }
        return known.filter(it -> it.kind() == Kind.COMMITTED || it.kind() == Kind.FORGOTTEN)
                .orElse(Decision.ABORT.outcome());
    }

    private Outcome resolve(long timestamp, Command command, Decision decision) {
        WriteId id = command.id();
        Optional<PreparedTransaction> prepared = transactions.prepared(id);
        if (prepared.isEmpty()) {
            if (!decision.commit() && outcome(id).isEmpty()) {
                sessions.record(id, command.doneBelow(), timestamp, decision.outcome());
            }
            return decision.outcome();
        }
        PreparedTransaction transaction = prepared.get();
        if (transaction.decidedHere()) {
            // Only a decision that is recorded ends it here.
            return new Outcome(Kind.PREPARED, transaction.timestamp());
        }
        // A commit is never below any of its prepares: this decision is of another transaction that its client gave the
        // same id. What
        // a client gets wrong must not stop a partition.
        boolean ofAnother = decision.commit() && decision.timestamp() < transaction.timestamp();
        return finish(timestamp, command.doneBelow(), transaction, ofAnother ? Decision.ABORT : decision);
    }

    private Outcome finish(long timestamp, long doneBelow, PreparedTransaction transaction, Decision decision) {
        transactions.release(transaction);
        if (decision.commit()) {
            check(
                    decision.timestamp() < timestamp,
                    "transaction %s is committed at %d by an entry at %d",
                    transaction.id(),
                    decision.timestamp(),
                    timestamp);
            write(transaction.set(), decision.timestamp());
        }
        sessions.record(transaction.id(), doneBelow, timestamp, decision.outcome());
        return decision.outcome();
    }

    private Outcome complete(long timestamp, WriteId id) {
        Optional<CommittedTransaction> completed = transactions.complete(id);
        // Once more, so that the outcome is kept for the retention from now on.
        completed.ifPresent(it -> sessions.record(
                id, 0, timestamp, Decision.commitAt(it.timestamp()).outcome()));
        return outcome(id).orElse(new Outcome(Kind.FORGOTTEN, 0));
    }

    /** Settling ends an undecided transaction here, if it is decided here. */
    void settle(long timestamp, WriteId id) {
        transactions
                .prepared(id)
                .filter(PreparedTransaction::decidedHere)
                .ifPresent(transaction -> finish(timestamp, 0, transaction, Decision.ABORT));
    }

    /** What is known of a write or transaction, here. */
    Optional<Outcome> outcome(WriteId id) {
        Optional<Outcome> underWay = transactions.outcome(id);
        return underWay.isPresent() ? underWay : sessions.find(id);
    }
}
