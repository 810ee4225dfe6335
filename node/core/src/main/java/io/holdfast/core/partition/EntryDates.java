package io.holdfast.core.partition;

import io.holdfast.core.Now;
import io.holdfast.core.raft.RaftNode;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.HybridClock;
import java.util.List;

/** By which clock a leader dates its partition's entries, and how far it has come (docs/protocol.md, section 11). */
final class EntryDates {
    private final RaftNode raft;
    private final HybridClock clock;
    /** The last timestamp of this term's entries, committed or not. */
    private long proposedUpTo;

    EntryDates(RaftNode raft, long lastTimestamp) {
        this.raft = raft;
        this.clock = new HybridClock(lastTimestamp);
    }

    /** Whatever is dated from now on is later. */
    void observe(long timestamp) {
        clock.observe(timestamp);
    }

    long proposedUpTo() {
        return proposedUpTo;
    }

    /** Others date entries now. */
    void leadershipLost() {
        proposedUpTo = 0;
    }

    /**
     * With the wall clock of most sites, should the leader's own differ from it. The leader's {@code asOf} is in the same time, so its age must be taken by it.
     */
    Now soundNow(Now now) {
        return new Now(now.nanos(), now.wallMillis() + raft.wallCorrectionMillis(now));
    }

    /** What entries are dated by, and so the deadlines of locks: never later than {@link #soundNow}. */
    Now datingNow(Now now) {
        return new Now(now.nanos(), now.wallMillis() + raft.wallCorrectionForDatingMillis(now));
    }

    /** The timestamp of the first command of an entry. It comes after every timestamp that its commands carry from other partitions. */
    long next(List<Command> batch, Now now) {
        for (Command command : batch) {
            if (command.operation() instanceof Command.Decide decide) {
                clock.observe(decide.decision().timestamp());
            } else if (command.operation() instanceof Command.CommitLast last) {
                clock.observe(last.preparedUpTo());
            } else if (command.operation() instanceof Command.Resolve resolve) {
                clock.observe(resolve.decision().timestamp());
            }
        }
        int count = Math.max(1, batch.size());
        long first = clock.next(datingNow(now).wallMillis(), count);
        proposedUpTo = first + count - 1;
        return first;
    }
}
