package io.holdfast.core.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.Bytes;
import io.holdfast.core.store.Query;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A leader whose journal is slower than the others' (docs/protocol.md, section 20). */
class SlowJournalTest {
    private final Settings settings = new Settings("a", "b", "c");
    private Cluster cluster = Cluster.ledByFirst(settings);

    private void restartWithSettings() {
        cluster = Cluster.ledByFirst(settings);
    }

    private long commitIndex() {
        return cluster.core("a").raft().commitIndex();
    }

    private long durableIndex() {
        return cluster.core("a").raft().durableIndex();
    }

    /** 25 ms after what came before. */
    private long putLater(String key, String value) {
        cluster.pass(25);
        long token = cluster.submit("a", cluster.put(key, value));
        cluster.settle();
        return token;
    }

    @Test
    void holdsUpNothingThatTheOthersCommit() {
        cluster.at("a").diskHeld = true;
        for (int i = 0; i < 3; i++) {
            assertThat(cluster.reply("a", putLater("k" + i, "v")))
                    .as("put %d", i)
                    .isPresent();
        }
        assertThat(durableIndex()).isLessThan(commitIndex() - 2);

        cluster.at("a").diskHeld = false;
        cluster.settle();

        assertThat(durableIndex()).isEqualTo(commitIndex());
    }

    @Test
    void whatItsLeaderAcknowledgedAheadOfItOutlivesTheLeader() {
        cluster.at("a").diskHeld = true;
        putLater("k", "v");
        long token = putLater("l", "w");
        assertThat(cluster.reply("a", token)).isPresent();

        cluster.crash("a");
        cluster.at("a").diskHeld = false;
        cluster.run(2_000);

        var query = new Query.Get(Bytes.utf8("l"));
        assertThat(cluster.core(cluster.leader().orElseThrow()).peek(query))
                .isInstanceOfSatisfying(
                        Query.Value.class, found -> assertThat(found.value()).contains(Bytes.utf8("w")));
        cluster.restart("a");
        cluster.run(2_000);
        cluster.assertConverged();
    }

    @Test
    void isWaitedForAMomentSoThatMoreSharesAnEntry() {
        cluster.at("a").diskHeld = true;
        cluster.submit("a", cluster.put("k", "v"));
        cluster.settle();
        long committed = commitIndex();

        cluster.pass(24);
        long next = cluster.submit("a", cluster.put("l", "v"));
        cluster.settle();
        assertThat(cluster.core("a").raft().lastIndex()).isEqualTo(committed);

        cluster.run(50);
        assertThat(cluster.reply("a", next))
                .as("no later than the next heartbeat")
                .isPresent();
    }

    @Test
    void isWaitedForWhereTheOthersAreNoFaster() {
        Stream.of("a", "b", "c").forEach(site -> cluster.at(site).diskHeld = true);
        long before = cluster.core("a").raft().lastIndex();
        for (int i = 0; i < 5; i++) {
            putLater("k" + i, "v");
        }
        assertThat(cluster.core("a").raft().lastIndex()).isEqualTo(before + 1);

        Stream.of("a", "b", "c").forEach(site -> cluster.at(site).diskHeld = false);
        cluster.settle();

        assertThat(commitIndex()).as("four puts share an entry").isEqualTo(before + 2);
    }

    @Test
    void itsLeaderGoesAheadByOneWriteAtMost() {
        settings.maxWriteBytes = 2_000;
        settings.maxEntryBytes = 500;
        restartWithSettings();
        cluster.at("a").diskHeld = true;
        long last = 0;
        for (int i = 0; i < 10; i++) {
            last = putLater("k" + i, "v".repeat(400));
        }
        assertThat(cluster.reply("a", last)).as("its memory is bounded").isEmpty();
        long lastIndex = cluster.core("a").raft().lastIndex();

        cluster.durable("a");

        assertThat(cluster.at("a").writing.orElseThrow().entries()).last().satisfies(entry -> assertThat(entry.index())
                .isEqualTo(lastIndex));
        cluster.at("a").diskHeld = false;
        cluster.settle();
        assertThat(cluster.reply("a", last)).isPresent();
    }

    @Test
    void doesNotKeepItsLeaderFromSnapshots() {
        settings.maxWriteBytes = 2_000;
        settings.maxEntryBytes = 500;
        settings.snapshotLogBytes = 3_000;
        restartWithSettings();
        cluster.at("a").diskHeld = true;
        for (int write = 0; write < 20; write++) {
            for (int i = 0; i < 10; i++) {
                putLater("k", "v".repeat(400));
            }
            cluster.durable("a");
            cluster.settle();
        }
        assertThat(cluster.at("a").saving).as("the journal may be cut").isPresent();
    }
}
