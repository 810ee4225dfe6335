package io.holdfast.core.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.holdfast.core.Bytes;
import io.holdfast.core.store.HybridClock;
import io.holdfast.core.store.Query;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A leader whose wall clock is minutes off (docs/protocol.md, section 11). */
class WrongClockTest {
    private static final long MINUTES = 600_000;
    private long token = 1_000;
    private final Cluster cluster = Cluster.ledByFirst(new Settings("a", "b", "c"));

    /** After the others have been heard. */
    private void write() {
        cluster.submit("a", cluster.put("k", "v"));
        cluster.settle();
    }

    private long trueMillis() {
        return cluster.at("b").now(cluster.trueNanos).wallMillis();
    }

    private Optional<Reply> readAtLeader(int maxStalenessMillis) {
        cluster.step("a", new PartitionInput.Ask(++token, List.of(new Query.Get(Bytes.utf8("k"))), maxStalenessMillis));
        return cluster.reply("a", token)
                .filter(Reply.Answered.class::isInstance)
                .map(Reply.class::cast);
    }

    @Test
    void timestampsFollowTheClocksOfTheOthers() {
        write();
        cluster.at("a").wallOffsetMillis = MINUTES;
        write();

        long version = cluster.core("a").currentImage().store().lastTimestamp();
        assertThat(HybridClock.wallMillis(version)).isCloseTo(trueMillis(), within(2_000L));
    }

    @Test
    void aClockThatIsBehindMakesNoOldReadFresh() {
        cluster.at("a").wallOffsetMillis = -MINUTES;
        write();
        assertThat(readAtLeader(5_000)).as("just confirmed").isPresent();

        cluster.trueNanos += 60_000 * Settings.MILLI;
        assertThat(readAtLeader(5_000)).as("a minute old").isEmpty();
    }

    @Test
    void aClockThatIsSetMakesNoOldReadFresh() {
        write();
        cluster.at("a").wallOffsetMillis = -MINUTES;

        cluster.trueNanos += 60_000 * Settings.MILLI;
        assertThat(readAtLeader(5_000)).as("a minute old").isEmpty();
    }
}
