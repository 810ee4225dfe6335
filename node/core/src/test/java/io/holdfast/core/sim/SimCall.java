package io.holdfast.core.sim;

import io.holdfast.core.check.CommittedModel;
import io.holdfast.core.partition.WriteConcern;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Query;
import java.util.List;
import java.util.Optional;

/** One call of a client under way: writes that go together, or one read. */
final class SimCall {
    final SimClient client;
    final int partition;
    /** Writes, in the order of their records. Empty for a read. */
    List<Command> commands = List.of();

    List<WriteRecord> writes = List.of();
    /** Questions that are asked in one message. Empty for writes. */
    List<Query> queries = List.of();

    WriteConcern concern = WriteConcern.MAJORITY;
    long maxStalenessMillis;
    /** Changes that the answer must hold at least. */
    CommittedModel.Known known;

    long invoked;
    long begunAt;
    long giveUpAt;
    /** The attempt that is on its way; a late answer to an earlier one is not listened to. */
    long token;

    /** Where it goes first, whatever its client knows; -1: where its client would go. */
    int firstTarget = -1;
    /** Its client does not go on with another call behind it. */
    boolean single;

    int attempts;
    /** An attempt may have been applied, though its answer did not come. */
    boolean unsure;

    boolean settling;
    boolean done;

    SimCall(SimClient client, int partition) {
        this.client = client;
        this.partition = partition;
    }

    /** What the history says of one write. */
    static final class WriteRecord {
        final Command command;
        final int value;
        final int expected;
        final long invoked;
        final String what;
        long returned = Long.MAX_VALUE;
        Optional<io.holdfast.core.store.Outcome> outcome = Optional.empty();
        /** Only the leader's site holds it for sure. */
        boolean mayBeLost;

        WriteRecord(Command command, int value, int expected, long invoked, String what) {
            this.command = command;
            this.value = value;
            this.expected = expected;
            this.invoked = invoked;
            this.what = what;
        }
    }

    boolean isRead() {
        return !queries.isEmpty();
    }

    /** How many of a client's operations it is. */
    int size() {
        return queries.size() + writes.size();
    }
}
