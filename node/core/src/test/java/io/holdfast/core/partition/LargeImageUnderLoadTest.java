package io.holdfast.core.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.SiteId;
import org.junit.jupiter.api.Test;

/** A replica that was lost is rebuilt while so much is written that, by the time it has taken an image, the log that follows it is long. */
class LargeImageUnderLoadTest {
    private static final SiteId C = new SiteId("c");
    private static final String VALUE = "v".repeat(500);

    @Test
    void moreOfTheLogIsKeptWithEachImageThatWasTakenInVain() {
        var settings = new Settings("a", "b", "c");
        settings.logTailBytes = 1_000;
        settings.chunkBytes = 16_384;
        settings.history = 1_000;
        var cluster = Cluster.ledByFirst(settings);
        write(cluster, 400, 400);
        cluster.wipe("c", 2);

        int images = 0;
        while (images < 10 && savesAnImage(cluster)) {
            images++;
            write(cluster, 80, 400);
            cluster.step("c", cluster.at("c").snapshotDurable());
        }

        assertThat(images).as("one alone would test nothing").isBetween(2, 4);
        assertThat(cluster.core("a").raft().membership().isVoter(C, 2)).isTrue();
        cluster.at("c").diskHeld = false;
        write(cluster, 80, 400);
        cluster.run(2_000);
        cluster.assertConverged();
        assertThat(cluster.core("a").raft().logBytes())
                .as("once it is as the others are")
                .isLessThan(20_000);
    }

    /** Time passes, and its disk is quick with everything else, until it does, or has the whole log. */
    private static boolean savesAnImage(Cluster cluster) {
        Replica c = cluster.at("c");
        c.diskHeld = true;
        for (int i = 0; i < 100 && c.saving.isEmpty(); i++) {
            cluster.run(10);
            if (c.saving.isEmpty() && c.writing.isPresent()) {
                cluster.durable("c");
            }
        }
        return c.saving.isPresent();
    }

    private static void write(Cluster cluster, int count, int keys) {
        for (int i = 0; i < count; i++) {
            cluster.submit("a", cluster.put("k" + i % keys, VALUE));
            cluster.settle();
        }
    }
}
