package io.holdfast.core.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Membership;
import io.holdfast.core.store.PartitionStore;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SnapshotsTest {
    private static final int MIN = 1_000;

    private final Snapshots snapshots = new Snapshots(MIN, 0, 0);
    private final PartitionImage image = new PartitionImage(
            1,
            Membership.of(Map.of(new SiteId("a"), 1L)),
            new PartitionStore(new PartitionStore.Limits(10, 100)).image());

    private void wrote(int bytes) {
        snapshots.wrote(bytes);
    }

    @Test
    void oneIsDueWhenTheJournalHasOutgrownThePartition() {
        wrote(MIN + 1);
        assertThat(snapshots.due(0)).isTrue();
        assertThat(snapshots.due(MIN + 1)).as("a large partition").isFalse();

        snapshots.start(image);
        wrote(10 * MIN);
        assertThat(snapshots.due(0)).as("one at a time").isFalse();
    }

    @Test
    void oneThatFailedIsTriedAgainWhenTheJournalHasGrownByAsMuchAgain() {
        wrote(MIN + 1);
        long number = snapshots.start(image);
        wrote(MIN / 2);

        assertThat(snapshots.failed(number)).as("nothing was to be installed").isEmpty();

        assertThat(snapshots.due(0)).as("not in the next step").isFalse();
        assertThat(snapshots.wouldFree(0)).as("the journal is still there").isTrue();
        wrote(MIN - 1);
        assertThat(snapshots.due(0)).isFalse();
        wrote(1);
        assertThat(snapshots.due(0)).isTrue();
    }

    @Test
    void oneThatSucceedsAfterwardsLeavesNothingOfThat() {
        wrote(MIN + 1);
        snapshots.failed(snapshots.start(image));
        wrote(MIN);
        snapshots.saved(snapshots.start(image));

        assertThat(snapshots.due(0)).isFalse();
        wrote(MIN + 1);
        assertThat(snapshots.due(0)).isTrue();
    }

    @Test
    void whoeverIsAskedTriesAgainAtOnce() {
        wrote(MIN + 1);
        snapshots.failed(snapshots.start(image));
        assertThat(snapshots.due(0)).isFalse();

        snapshots.ask();

        assertThat(snapshots.due(0)).isTrue();
    }

    @Test
    void anImageThatCouldNotBeSavedIsToldOf() {
        snapshots.received(image);
        assertThat(snapshots.due(0)).isTrue();
        long number = snapshots.start(image);
        assertThat(snapshots.installs()).isTrue();

        assertThat(snapshots.failed(number)).contains(image);
        assertThat(snapshots.installs()).isFalse();
    }
}
