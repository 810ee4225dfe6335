package io.holdfast.core.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.Bytes;
import io.holdfast.core.Now;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.HybridClock;
import io.holdfast.core.store.Participant;
import io.holdfast.core.store.PartitionStore;
import io.holdfast.core.store.ReadWriteSet;
import io.holdfast.core.txn.Unfinished;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class OverdueTest {
    private static final int MANY = 5_000;
    private static final long TICK_MILLIS = 20;

    private final PartitionStore store = new PartitionStore(new PartitionStore.Limits(60_000, 600_000));
    private final Overdue overdue = new Overdue();
    private final Map<Long, Integer> asked = new HashMap<>();

    private static Command prepare(long sequence) {
        var write = new ReadWriteSet.Write(Bytes.utf8("k" + sequence), Optional.of(Bytes.utf8("v")));
        var set = new ReadWriteSet(List.of(), List.of(), List.of(write));
        var decider = new Command.Follows(new Participant("elsewhere", 0));
        return Cluster.command(sequence, new Command.Prepare(set, decider, 1));
    }

    private void tick(long millis) {
        var now = new Now(millis * Settings.MILLI, Cluster.EPOCH_MILLIS + millis);
        List<Unfinished> due = overdue.due(store, id -> false, now);
        assertThat(due).hasSizeLessThanOrEqualTo(64);
        due.forEach(each -> asked.merge(each.transaction().sequence(), 1, Integer::sum));
    }

    @Test
    void allHaveTheirTurnWhereMoreCannotBeEndedThanAreAskedForInTheMeantime() {
        List<Command> prepares =
                LongStream.rangeClosed(1, MANY).mapToObj(OverdueTest::prepare).toList();
        store.apply(1, HybridClock.ofWallMillis(Cluster.EPOCH_MILLIS), prepares);

        for (long millis = 100; millis <= 100 + 4_000; millis += TICK_MILLIS) {
            tick(millis);
        }

        assertThat(asked).hasSize(MANY);
        assertThat(asked.values()).as("how often each was asked for").allMatch(times -> times == 2 || times == 3);
    }
}
