package io.holdfast.core.partition;

import io.holdfast.core.SiteId;
import io.holdfast.core.partition.PartitionInput.Submit;
import io.holdfast.core.partition.Reply.Refusal;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.CommandBatch;
import io.holdfast.core.store.Condition;
import io.holdfast.core.store.HybridClock;
import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.WriteId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** The writes that a leader has taken and not answered: waiting for an entry, in an entry, or waiting for the last site. */
final class PendingWrites {
    /** How exactly deadlines are kept. */
    private static final long EXACTNESS_NANOS = 20_000_000L;

    private final long maxBytes;
    private final ArrayDeque<Pending> queued = new ArrayDeque<>();
    private final ArrayDeque<Proposal> proposals = new ArrayDeque<>();
    /** Those of the proposals that the own journal does not hold yet: each is looked at once when it does. */
    private final ArrayDeque<Proposal> notDurableHere = new ArrayDeque<>();

    private final ArrayDeque<WaitingForAll> waitingForAll = new ArrayDeque<>();
    /** Before, no deadline of those is looked at: there may be many of them, and many steps. */
    private long nextDeadlineNanos = Long.MAX_VALUE;
    /** How often each write that is under way was submitted: the outcome of any but the first attempt is not certain. */
    private final Map<WriteId, Integer> attempts = new HashMap<>();

    private long bytes;

    private static final class Pending {
        final Submit submit;
        /** The outcome is certain before the write is committed, and concern ONE wants it early. */
        boolean early;

        boolean answered;

        Pending(Submit submit, boolean early) {
            this.submit = submit;
            this.early = early;
        }
    }

    /** @param locks whether it prepares transactions, whose locks a later write may meet */
    private record Proposal(long index, long timestamp, List<Pending> pending, List<Command> commands, boolean locks) {}

    private record WaitingForAll(long index, Submit submit, List<Outcome> outcomes) {}

    PendingWrites(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Takes a submission, unless it brings data and too much waits already: what ends something is what others wait for. */
    boolean offer(Submit submit) {
        int size = submit.size();
        if (bytes > 0 && bytes + size > maxBytes && submit.brings()) {
            return false;
        }
        bytes += size;
        boolean foreseeable = true;
        for (Command command : submit.commands()) {
            boolean first = attempts.merge(command.id(), 1, Integer::sum) == 1;
            foreseeable &= first && isPlainPut(command);
        }
        queued.addLast(new Pending(submit, submit.concern() == WriteConcern.ONE && foreseeable));
        return true;
    }

    /** One that is no retry and not too late will be applied with its own timestamp, whatever comes before it. */
    private static boolean isPlainPut(Command command) {
        return command.operation() instanceof Command.Put put && put.condition() instanceof Condition.None;
    }

    /** Whether another attempt of this write has been taken and has no outcome yet. */
    boolean underWay(WriteId id) {
        return attempts.containsKey(id);
    }

    long bytes() {
        return bytes;
    }

    boolean hasQueued() {
        return !queued.isEmpty();
    }

    /** The size of the next batch, at most. */
    long nextBytes(int maxEntryBytes) {
        int first = queued.isEmpty() ? 0 : queued.peekFirst().submit.size();
        return CommandBatch.HEADER_BYTES + Math.max(first, maxEntryBytes);
    }

    /** The commands for one entry, up to a size, at least one submission; they are queued until {@link #proposed}. */
    List<Command> nextBatch(int maxEntryBytes) {
        var commands = new ArrayList<Command>();
        long size = 0;
        for (Pending pending : queued) {
            size += pending.submit.size();
            if (!commands.isEmpty() && size > maxEntryBytes) {
                break;
            }
            commands.addAll(pending.submit.commands());
        }
        return commands;
    }

    /**
     * The batch stands in the log at this index. Only now is it known which of its writes are retries: when they came, an
     * earlier leader's entry with the first attempt might have stood in the log and not have been applied.
     *
     * @param batch may be empty: an entry that does nothing but close time
     * @param locked whether transactions that are applied hold locks: what a write comes to is not certain then
     */
    void proposed(long index, long timestamp, List<Command> batch, Predicate<WriteId> outcomeKnown, boolean locked) {
        var members = new ArrayList<Pending>();
        boolean locks = prepares(batch);
        boolean mayMeetLocks = locked || locks || locksUnderWay();
        for (int left = batch.size(); left > 0; ) {
            Pending next = queued.removeFirst();
            next.early = next.early
                    && !mayMeetLocks
                    && next.submit.commands().stream().noneMatch(command -> outcomeKnown.test(command.id()));
            members.add(next);
            left -= next.submit.commands().size();
        }
        var proposal = new Proposal(index, timestamp, members, batch, locks);
        proposals.addLast(proposal);
        notDurableHere.addLast(proposal);
    }

    private static boolean prepares(List<Command> batch) {
        for (Command command : batch) {
            if (command.operation() instanceof Command.Prepare) {
                return true;
            }
        }
        return false;
    }

    private boolean locksUnderWay() {
        for (Proposal proposal : proposals) {
            if (proposal.locks()) {
                return true;
            }
        }
        return false;
    }

    /** The commands of the entry if this leader proposed it: they need no decoding. */
    Optional<List<Command>> commandsOf(long index) {
        return !proposals.isEmpty() && proposals.peekFirst().index() == index
                ? Optional.of(proposals.peekFirst().commands())
                : Optional.empty();
    }

    /** The entry has been applied. */
    void applied(long index, List<Outcome> outcomes, List<Reply> replies) {
        if (commandsOf(index).isEmpty()) {
            return;
        }
        Proposal proposal = proposals.removeFirst();
        if (notDurableHere.peekFirst() == proposal) {
            notDurableHere.removeFirst();
        }
        int from = 0;
        for (Pending pending : proposal.pending()) {
            Submit submit = pending.submit;
            int to = from + submit.commands().size();
            List<Outcome> own = List.copyOf(outcomes.subList(from, to));
            from = to;
            for (Command command : submit.commands()) {
                attempts.compute(command.id(), (id, count) -> count == 1 ? null : count - 1);
            }
            if (submit.concern() == WriteConcern.ALL) {
                waitingForAll.addLast(new WaitingForAll(index, submit, own));
                nextDeadlineNanos = Math.min(nextDeadlineNanos, submit.deadlineNanos());
                continue;
            }
            bytes -= submit.size();
            if (!pending.answered) {
                replies.add(new Reply.Written(submit.token(), own));
            }
        }
    }

    /** The leader's own journal holds everything up to the index: enough for concern ONE where the outcome is certain. */
    void durableHere(long index, List<Reply> replies) {
        while (!notDurableHere.isEmpty() && notDurableHere.peekFirst().index() <= index) {
            Proposal proposal = notDurableHere.removeFirst();
            long timestamp = proposal.timestamp();
            for (Pending pending : proposal.pending()) {
                if (pending.early && !pending.answered && inTime(pending.submit, timestamp)) {
                    pending.answered = true;
                    replies.add(new Reply.Written(pending.submit.token(), foreseen(pending.submit)));
                }
                timestamp += pending.submit.commands().size();
            }
        }
    }

    /** A put whose entry comes too late for it is not applied; its outcome waits for the majority like any other. */
    private static boolean inTime(Submit submit, long firstTimestamp) {
        long last = HybridClock.wallMillis(firstTimestamp + submit.commands().size() - 1);
        return submit.commands().stream().allMatch(command -> last <= command.notAfterMillis());
    }

    /**
     * Without a version: another leader may have taken another attempt of the same write already, or take one later, and give it another
     * version than this entry's (docs/protocol.md, section 13).
     */
    private static List<Outcome> foreseen(Submit submit) {
        return Collections.nCopies(submit.commands().size(), new Outcome(Outcome.Kind.APPLIED, 0));
    }

    /** Every site holds everything up to the index; what has waited too long is answered as well. */
    void durableEverywhere(long index, long nowNanos, List<Reply> replies) {
        while (!waitingForAll.isEmpty() && waitingForAll.peekFirst().index() <= index) {
            WaitingForAll waiting = waitingForAll.removeFirst();
            bytes -= waiting.submit().size();
            replies.add(new Reply.Written(waiting.submit().token(), waiting.outcomes()));
        }
        if (nowNanos >= nextDeadlineNanos) {
            endLate(nowNanos, replies);
        }
    }

    private void endLate(long nowNanos, List<Reply> replies) {
        nextDeadlineNanos = Long.MAX_VALUE;
        waitingForAll.removeIf(waiting -> {
            Submit submit = waiting.submit();
            if (nowNanos < submit.deadlineNanos()) {
                nextDeadlineNanos =
                        Math.min(nextDeadlineNanos, Math.max(submit.deadlineNanos(), nowNanos + EXACTNESS_NANOS));
                return false;
            }
            bytes -= submit.size();
            replies.add(new Reply.Refused(submit.token(), Refusal.TIMED_OUT, Optional.empty()));
            return true;
        });
    }

    boolean waitForAll() {
        return !waitingForAll.isEmpty();
    }

    /** Leadership is gone: the callers must find the new leader and retry with the same ids. */
    void refuseAll(Refusal reason, Optional<SiteId> leader, List<Reply> replies) {
        queued.forEach(pending -> replies.add(new Reply.Refused(pending.submit.token(), reason, leader)));
        proposals.stream()
                .flatMap(proposal -> proposal.pending().stream())
                .filter(pending -> !pending.answered)
                .forEach(pending -> replies.add(new Reply.Refused(pending.submit.token(), reason, leader)));
        waitingForAll.forEach(
                waiting -> replies.add(new Reply.Refused(waiting.submit().token(), reason, leader)));
        queued.clear();
        proposals.clear();
        notDurableHere.clear();
        waitingForAll.clear();
        attempts.clear();
        bytes = 0;
    }
}
