package io.holdfast.core.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.Bytes;
import io.holdfast.core.partition.Reply.Refusal;
import io.holdfast.core.raft.Input;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Condition;
import io.holdfast.core.store.Decision;
import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.Participant;
import io.holdfast.core.store.ReadWriteSet;
import io.holdfast.core.store.WriteId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Where a node has no room for more data, what brings data is refused, and everything else goes on. */
class FullMemoryTest {
    private static final Participant ELSEWHERE = new Participant("shop", 9);

    private final Settings settings = new Settings("a", "b", "c");
    private Cluster cluster = Cluster.ledByFirst(settings);

    private void full(String site, boolean full) {
        cluster.raft(site, new Input.Room(full, Long.MAX_VALUE));
    }

    private void silentBesideAFullFollower() {
        settings.quiesceAfter = 200;
        cluster = Cluster.ledByFirst(settings);
        full("c", true);
        cluster.run(2_000);
        assertThat(cluster.core("a").needsTicks()).as("not silent").isFalse();
    }

    /** Where little is kept: puts a large value, and answers what the leader took in memory before. */
    private long beforeALargeValue() {
        settings.history = 100;
        settings.logTailBytes = 1_000;
        cluster = Cluster.ledByFirst(settings);
        long empty = cluster.core("a").memoryBytes();
        cluster.submit("a", cluster.put("k", "v".repeat(10_000)));
        cluster.settle();
        return empty;
    }

    private void assertRefused(long token) {
        assertRefused("a", token);
    }

    private void assertRefused(String site, long token) {
        assertThat(cluster.reply(site, token)).get().isInstanceOfSatisfying(Reply.Refused.class, refused -> assertThat(
                        refused.reason())
                .isEqualTo(Refusal.FULL));
    }

    private Outcome.Kind outcome(long token) {
        cluster.settle();
        return ((Reply.Written) cluster.reply("a", token).orElseThrow())
                .outcomes()
                .get(0)
                .kind();
    }

    private static Command delete(long sequence, String key) {
        return Cluster.command(sequence, new Command.Delete(Bytes.utf8(key), Condition.NONE));
    }

    private static ReadWriteSet writing(Optional<Bytes> value) {
        return new ReadWriteSet(List.of(), List.of(), List.of(new ReadWriteSet.Write(Bytes.utf8("k"), value)));
    }

    @Test
    void aFullLeaderTakesWhatRemovesAndAnswersReads() {
        long before = cluster.submit("a", cluster.put("k", "v"));
        assertThat(outcome(before)).isEqualTo(Outcome.Kind.APPLIED);

        full("a", true);

        assertRefused(cluster.submit("a", cluster.put("l", "v")));
        long read = cluster.ask("a", "k", 0);
        cluster.settle();
        assertThat(cluster.reply("a", read)).get().isInstanceOf(Reply.Answered.class);
        assertThat(outcome(cluster.submit("a", delete(50, "k")))).isEqualTo(Outcome.Kind.APPLIED);
        full("a", false);
        assertThat(outcome(cluster.submit("a", cluster.put("l", "v")))).isEqualTo(Outcome.Kind.APPLIED);
    }

    @Test
    void whatHasAnOutcomeOrIsAboutToHaveOneIsToldIt() {
        Command early = cluster.put("k", "v");
        Command underWay = cluster.put("l", "v");
        assertThat(outcome(cluster.submit("a", early))).isEqualTo(Outcome.Kind.APPLIED);
        cluster.submit("a", underWay);

        full("a", true);

        long again = cluster.submit("a", underWay);
        assertThat(outcome(again)).isEqualTo(Outcome.Kind.APPLIED);
        assertThat(outcome(cluster.submit("a", early))).isEqualTo(Outcome.Kind.APPLIED);
    }

    @Test
    void oneFullFollowerIsEnough() {
        full("c", true);
        cluster.run(100);

        assertRefused(cluster.submit("a", cluster.put("k", "v")));

        full("c", false);
        cluster.run(100);
        assertThat(outcome(cluster.submit("a", cluster.put("k", "v")))).isEqualTo(Outcome.Kind.APPLIED);
    }

    @Test
    void aFullFollowerThatIsAwayDoesNotCount() {
        full("c", true);
        cluster.run(100);
        cluster.isolate("c");
        cluster.run(600);

        assertThat(outcome(cluster.submit("a", cluster.put("k", "v")))).isEqualTo(Outcome.Kind.APPLIED);
    }

    @Test
    void aSilentLeaderIsToldThatThereIsRoomAgain() {
        silentBesideAFullFollower();

        full("c", false);
        cluster.settle();

        assertThat(outcome(cluster.submit("a", cluster.put("k", "v")))).isEqualTo(Outcome.Kind.APPLIED);
    }

    @Test
    void aSilentLeaderThatWasNotToldFindsOutByTheFirstItRefuses() {
        silentBesideAFullFollower();
        full("c", false);
        cluster.drop(packet -> true);

        assertRefused(cluster.submit("a", cluster.put("k", "v")));
        cluster.run(100);

        assertThat(outcome(cluster.submit("a", cluster.put("k", "v")))).isEqualTo(Outcome.Kind.APPLIED);
    }

    @Test
    void aNewLeaderThatIsFullRefuses() {
        full("b", true);
        cluster.crash("a");
        cluster.run(2_000);
        assertThat(cluster.leader()).contains("b");

        assertRefused("b", cluster.submit("b", cluster.put("k", "v")));
    }

    @Test
    void transactionsAreRefusedByWhatTheyWriteButEndAsTheyBegan() {
        Optional<Bytes> value = Optional.of(Bytes.utf8("v"));
        var part = new Command.Follows(ELSEWHERE);
        long prepared = cluster.submit("a", Cluster.command(70, new Command.Prepare(writing(value), part, 10_000)));
        assertThat(outcome(prepared)).isEqualTo(Outcome.Kind.PREPARED);

        full("a", true);

        assertRefused(cluster.submit("a", Cluster.command(71, new Command.Prepare(writing(value), part, 10_000))));
        assertRefused(cluster.submit("a", Cluster.command(72, new Command.Commit(writing(value)))));
        var last = new Command.CommitLast(writing(value), List.of(ELSEWHERE), 1);
        assertRefused(cluster.submit("a", Cluster.command(73, last)));
        long commitAt = Long.MAX_VALUE / 4;
        var resolve = new Command.Resolve(Decision.commitAt(commitAt));
        assertThat(outcome(cluster.submit("a", Cluster.command(70, resolve)))).isEqualTo(Outcome.Kind.COMMITTED);
        var removes = new Command.Commit(writing(Optional.empty()));
        assertThat(outcome(cluster.submit("a", Cluster.command(74, removes)))).isEqualTo(Outcome.Kind.COMMITTED);
    }

    /** Their decision may be away for long, and there may be many. */
    @Test
    void whatPreparedTransactionsWillWriteCounts() {
        long before = cluster.core("a").storeBytes();
        Optional<Bytes> value = Optional.of(Bytes.utf8("v".repeat(10_000)));
        var prepare = new Command.Prepare(writing(value), new Command.Follows(ELSEWHERE), 10_000);
        assertThat(outcome(cluster.submit("a", Cluster.command(70, prepare)))).isEqualTo(Outcome.Kind.PREPARED);
        long prepared = cluster.core("a").storeBytes();
        assertThat(prepared - before).isBetween(10_000L, 11_000L);

        var abort = new Command.Resolve(Decision.ABORT);
        assertThat(outcome(cluster.submit("a", Cluster.command(70, abort)))).isEqualTo(Outcome.Kind.ABORTED);
        assertThat(cluster.core("a").storeBytes()).isLessThan(before + 1_000);
    }

    /** Its image must be one array: where it could not be made, no replica could be filled any more, and no journal cut. */
    @Test
    void aPartitionThatIsTooLargeForAnImageIsFullAlone() {
        settings.maxImageBytes = 20_000;
        settings.history = 100;
        cluster = Cluster.ledByFirst(settings);
        assertThat(outcome(cluster.submit("a", cluster.put("k", "v".repeat(30_000)))))
                .isEqualTo(Outcome.Kind.APPLIED);

        assertRefused(cluster.submit("a", cluster.put("other", "v")));
        cluster.submit("a", delete(50, "k"));
        cluster.run(1_000);

        assertThat(outcome(cluster.submit("a", cluster.put("other", "v")))).isEqualTo(Outcome.Kind.APPLIED);
    }

    @Test
    void whatWasDeletedIsForgottenThoughNothingIsWrittenAnyMore() {
        long empty = beforeALargeValue();
        full("c", true);
        cluster.run(100);
        cluster.submit("a", delete(50, "k"));
        cluster.settle();
        assertThat(cluster.core("c").memoryBytes()).isGreaterThan(empty + 10_000);

        cluster.run(1_000);

        for (String site : List.of("a", "b", "c")) {
            assertThat(cluster.core(site).memoryBytes()).isLessThan(empty + 3_000);
        }
        long entries = cluster.core("a").raft().lastIndex();
        cluster.run(1_000);
        assertThat(cluster.core("a").raft().lastIndex())
                .as("nothing left to forget")
                .isEqualTo(entries);
    }

    /** They count as data, and nobody may write any more who would bring the entries with which they go. */
    @Test
    void whatIsRememberedOfClientsIsForgottenThoughNothingIsWrittenAnyMore() {
        settings.retention = 1_000;
        long empty = beforeALargeValue();
        for (int client = 1; client <= 200; client++) {
            var put = new Command.Put(Bytes.utf8("k"), Bytes.EMPTY, Condition.NONE);
            cluster.submit("a", new Command(new WriteId(1_000 + client, 1), 0, Long.MAX_VALUE, put));
            cluster.settle();
        }
        cluster.run(500);
        full("c", true);
        assertThat(cluster.core("c").memoryBytes()).isGreaterThan(empty + 200 * 200);

        cluster.run(2_000);
        assertThat(cluster.core("c").memoryBytes()).as("outcomes").isLessThan(empty + 200 * 160);
        cluster.run(25_000);

        for (String site : List.of("a", "b", "c")) {
            assertThat(cluster.core(site).memoryBytes()).isLessThan(empty + 3_000);
        }
    }

    @Test
    void aFollowerThatBecomesFullWakesASilentLeaderToForget() {
        settings.history = 100;
        settings.quiesceAfter = 200;
        cluster = Cluster.ledByFirst(settings);
        cluster.submit("a", cluster.put("k", "v".repeat(10_000)));
        cluster.settle();
        cluster.submit("a", delete(50, "k"));
        cluster.run(2_000);
        assertThat(cluster.core("a").needsTicks()).as("not silent").isFalse();
        long entries = cluster.core("a").raft().lastIndex();

        full("c", true);
        cluster.run(200);

        assertThat(cluster.core("a").raft().lastIndex()).isEqualTo(entries + 1);
        assertThat(cluster.core("c").view().bytes())
                .as("what is remembered of the client")
                .isLessThan(1_000);
    }

    private void freeDisk(String site) {
        cluster.step(site, new PartitionInput.FreeDisk());
        cluster.settle();
    }

    private long savedBytes(String site) {
        return cluster.at(site).snapshot.orElseThrow().image().store().bytes();
    }

    @Test
    void whereTheDiskIsLowASnapshotIsSavedAsSoonAsItFreesMuch() {
        long empty = beforeALargeValue();
        for (int i = 0; i < 4; i++) {
            cluster.submit("a", cluster.put("k", "v".repeat(30_000)));
            cluster.settle();
            cluster.run(200);
        }
        assertThat(cluster.at("c").snapshot).as("too small a journal for one").isEmpty();

        freeDisk("c");

        assertThat(savedBytes("c"))
                .as("the newest two values instead of all five")
                .isBetween(30_000L, 70_000L);

        full("c", true);
        cluster.submit("a", delete(50, "k"));
        cluster.run(1_000);
        assertThat(cluster.core("c").memoryBytes()).isLessThan(empty + 3_000);
        assertThat(savedBytes("c")).as("nobody has asked").isPositive();
        // What its snapshot holds is known to a new life, too.
        cluster.restart("c");
        full("c", true);
        cluster.run(1_000);
        freeDisk("c");
        assertThat(savedBytes("c")).as("what was deleted").isLessThan(1_000);
        assertThat(cluster.at("b").snapshot).as("there is room").isEmpty();
    }

    @Test
    void whereTheDiskIsLowNoSnapshotIsSavedOfWhatIsAllStillThere() {
        for (int i = 0; i < 10; i++) {
            cluster.submit("a", cluster.put("k" + i, "v".repeat(30_000)));
            cluster.settle();
        }

        freeDisk("c");
        assertThat(cluster.at("c").snapshot).isEmpty();

        cluster.restart("c");
        cluster.run(1_000);
        freeDisk("c");
        assertThat(cluster.at("c").snapshot).as("nor in a new life").isEmpty();
    }

    @Test
    void aNodeOfManyReplicasKeepsLessOfEachLog() {
        for (int i = 0; i < 10; i++) {
            cluster.submit("a", cluster.put("k" + i, "v".repeat(60_000)));
            cluster.settle();
        }
        assertThat(cluster.core("a").raft().logBytes()).isGreaterThan(600_000);

        cluster.raft("a", new Input.Room(false, 200_000));

        assertThat(cluster.core("a").raft().logBytes()).isBetween(120_000L, 200_000L);
        cluster.raft("a", new Input.Room(false, 0));
        assertThat(cluster.core("a").raft().logBytes()).isBetween(60_000L, (long) settings.maxAppendBytes);
    }

    @Test
    void whatItTakesGrowsAndShrinks() {
        long empty = beforeALargeValue();
        assertThat(cluster.core("a").memoryBytes()).isGreaterThan(empty + 10_000);

        cluster.submit("a", delete(50, "k"));
        cluster.run(1_000);
        cluster.submit("a", cluster.put("l", "v"));
        cluster.settle();
        cluster.submit("a", cluster.put("m", "v"));
        cluster.settle();

        assertThat(cluster.core("a").memoryBytes()).isLessThan(empty + 3_000);
    }
}
