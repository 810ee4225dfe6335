package io.holdfast.core.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.Bytes;
import io.holdfast.core.partition.PartitionInput.Submit;
import io.holdfast.core.partition.Reply.Refusal;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Condition;
import io.holdfast.core.store.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PendingWritesTest {
    private final PendingWrites writes = new PendingWrites(1_000_000);
    private final List<Reply> replies = new ArrayList<>();

    private void propose(long token, WriteConcern concern, long deadlineMillis) {
        Command put = Cluster.command(token, new Command.Put(Bytes.utf8("k"), Bytes.utf8("v"), Condition.NONE));
        writes.offer(new Submit(token, concern, deadlineMillis * Settings.MILLI, List.of(put)));
        writes.proposed(token, token << 16, writes.nextBatch(1_000), id -> false, false);
    }

    private void applied(long index) {
        writes.applied(index, List.of(new Outcome(Outcome.Kind.APPLIED, index << 16)), replies);
    }

    private List<Long> answered() {
        List<Long> tokens = replies.stream().map(Reply::token).toList();
        replies.clear();
        return tokens;
    }

    /** They are not looked at in each step, of which there are many while a site is away. */
    @Test
    void deadlinesOfWritesToAllSitesAreKeptInWhateverOrderTheyCome() {
        Map<Long, Long> deadlines = Map.of(1L, 300L, 2L, 100L, 3L, 105L, 4L, 200L);
        for (long token = 1; token <= 4; token++) {
            propose(token, WriteConcern.ALL, deadlines.get(token));
            applied(token);
        }
        var ended = new HashMap<Long, Long>();
        for (long millis = 0; millis <= 400; millis++) {
            writes.durableEverywhere(0, millis * Settings.MILLI, replies);
            assertThat(replies).allMatch(reply -> ((Reply.Refused) reply).reason() == Refusal.TIMED_OUT);
            for (long token : answered()) {
                ended.put(token, millis);
            }
        }

        assertThat(ended).hasSize(4).allSatisfy((token, millis) -> assertThat(millis)
                .isBetween(deadlines.get(token), deadlines.get(token) + 20));
        assertThat(writes.bytes()).isZero();
        assertThat(writes.waitForAll()).isFalse();
    }

    @Test
    void whatAllSitesHoldIsAnsweredInOrderThoughAnEarlierDeadlineIsOver() {
        propose(1, WriteConcern.ALL, 100);
        propose(2, WriteConcern.ALL, 50);
        propose(3, WriteConcern.ALL, 70);
        for (long index = 1; index <= 3; index++) {
            applied(index);
        }
        writes.durableEverywhere(2, 60 * Settings.MILLI, replies);
        assertThat(replies).allMatch(Reply.Written.class::isInstance);
        assertThat(answered()).containsExactly(1L, 2L);

        writes.durableEverywhere(2, 90 * Settings.MILLI, replies);
        assertThat(answered()).containsExactly(3L);
    }

    @Test
    void whatIsAnsweredBeforeItIsCommittedIsAnsweredOnce() {
        for (long token = 1; token <= 4; token++) {
            propose(token, WriteConcern.ONE, 1_000);
        }
        writes.durableHere(2, replies);
        assertThat(answered()).containsExactly(1L, 2L);
        writes.durableHere(2, replies);
        assertThat(answered()).isEmpty();

        // The others may be faster than the own journal.
        for (long index = 1; index <= 3; index++) {
            applied(index);
        }
        assertThat(answered()).containsExactly(3L);
        writes.durableHere(4, replies);
        assertThat(answered()).containsExactly(4L);
    }
}
