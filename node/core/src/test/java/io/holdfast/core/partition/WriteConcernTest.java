package io.holdfast.core.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import io.holdfast.core.partition.Reply.Refusal;
import io.holdfast.core.raft.Input;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Condition;
import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.WriteId;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WriteConcernTest {
    private static final Outcome APPLIED_WITHOUT_VERSION = new Outcome(Outcome.Kind.APPLIED, 0);

    private final Cluster cluster = Cluster.ledByFirst(new Settings("a", "b", "c"));

    private List<Outcome> written(long token) {
        return ((Reply.Written) cluster.reply("a", token).orElseThrow()).outcomes();
    }

    private Refusal refused(long token) {
        return ((Reply.Refused) cluster.reply("a", token).orElseThrow()).reason();
    }

    private static Command settle(long sequence) {
        return Cluster.command(sequence, new Command.Settle(Bytes.utf8("k")));
    }

    private static Command conditional(long sequence) {
        return Cluster.command(sequence, new Command.Put(Bytes.utf8("k"), Bytes.utf8("v"), new Condition.Absent()));
    }

    @Test
    void majorityWaitsForTheJournalsOfTwoSites() {
        cluster.at("b").diskHeld = true;
        cluster.at("c").diskHeld = true;
        long token = cluster.submit("a", cluster.put("k", "v"));
        cluster.settle();
        assertThat(cluster.reply("a", token)).as("durable at a only").isEmpty();

        cluster.durable("b");
        cluster.settle();

        assertThat(written(token)).extracting(Outcome::kind).containsExactly(Outcome.Kind.APPLIED);
    }

    @Test
    void majorityDoesNotNeedTheLeadersOwnJournal() {
        cluster.at("a").diskHeld = true;
        long token = cluster.submit("a", cluster.put("k", "v"));
        cluster.settle();

        assertThat(cluster.reply("a", token)).isPresent();
        assertThat(cluster.core("a").raft().durableIndex())
                .isLessThan(cluster.core("a").raft().commitIndex());
    }

    @Test
    void oneIsAnsweredWhenTheLeadersJournalHoldsIt() {
        cluster.isolate("a");
        long token = cluster.submit("a", WriteConcern.ONE, cluster.put("k", "v"));
        assertThat(cluster.reply("a", token)).as("before it is durable").isEmpty();

        cluster.durable("a");

        assertThat(written(token)).containsExactly(APPLIED_WITHOUT_VERSION);
        cluster.heal();
        cluster.run(200);
        var value = cluster.core("a").peek(new io.holdfast.core.store.Query.Get(Bytes.utf8("k")));
        assertThat(((io.holdfast.core.store.Query.Value) value).version()).isPositive();
    }

    @Test
    void oneTellsNoVersionThatAnotherAttemptMayHaveGot() {
        cluster.isolate("a");
        for (int i = 0; i < 200; i++) {
            cluster.pass(10);
            cluster.tick("b");
            cluster.tick("c");
            cluster.settle();
        }
        String next = Stream.of("b", "c")
                .filter(site -> cluster.core(site).raft().leadingTerm() != 0)
                .findFirst()
                .orElseThrow();
        long first = cluster.submit(next, WriteConcern.MAJORITY, cluster.put(5, "k", "v"));
        cluster.settle();
        assertThat(cluster.core("a").raft().leadingTerm())
                .as("a does not know that it is deposed")
                .isPositive();

        long retry = cluster.submit("a", WriteConcern.ONE, cluster.put(5, "k", "v"));
        cluster.durable("a");

        assertThat(((Reply.Written) cluster.reply(next, first).orElseThrow()).outcomes())
                .extracting(Outcome::version)
                .doesNotContain(0L);
        assertThat(written(retry)).containsExactly(APPLIED_WITHOUT_VERSION);
    }

    @Test
    void oneOfAConditionalWriteWaitsForItsOutcome() {
        cluster.isolate("a");
        long token = cluster.submit("a", WriteConcern.ONE, conditional(1));
        cluster.durable("a");
        assertThat(cluster.reply("a", token)).isEmpty();

        cluster.heal();
        cluster.run(200);

        assertThat(cluster.reply("a", token)).isPresent();
    }

    @Test
    void oneIsNotForeseenBehindAnUnfinishedSettleOfTheSameWrite() {
        cluster.isolate("a");
        long settle = cluster.submit("a", settle(5));
        cluster.durable("a");
        long put = cluster.submit("a", WriteConcern.ONE, cluster.put(5, "k", "v"));
        cluster.durable("a");
        assertThat(cluster.reply("a", put)).isEmpty();

        cluster.heal();
        cluster.run(200);

        assertThat(written(settle)).extracting(Outcome::kind).containsExactly(Outcome.Kind.NOT_APPLIED);
        assertThat(written(put)).extracting(Outcome::kind).containsExactly(Outcome.Kind.NOT_APPLIED);
    }

    @Test
    void oneIsNotForeseenBehindAnUnfinishedFirstAttempt() {
        cluster.isolate("a");
        long first = cluster.submit("a", cluster.put(5, "k", "v"));
        cluster.durable("a");
        long second = cluster.submit("a", WriteConcern.ONE, cluster.put(5, "k", "v"));
        cluster.durable("a");

        cluster.heal();
        cluster.run(200);

        assertThat(written(second)).isEqualTo(written(first));
    }

    @Test
    void oneThatComesTooLateIsNotAcknowledgedAsApplied() {
        long past = Cluster.EPOCH_MILLIS - 1;
        var command = new Command(
                new WriteId(7, 1), 0, past, new Command.Put(Bytes.utf8("k"), Bytes.utf8("v"), Condition.NONE));
        long token = cluster.submit("a", WriteConcern.ONE, command);
        cluster.settle();

        assertThat(written(token)).extracting(Outcome::kind).containsExactly(Outcome.Kind.NOT_APPLIED);
    }

    @Test
    void allWaitsForTheLastSite() {
        cluster.at("c").diskHeld = true;
        long token = cluster.submit("a", WriteConcern.ALL, cluster.put("k", "v"));
        cluster.settle();
        assertThat(cluster.reply("a", token)).isEmpty();

        cluster.durable("c");
        cluster.settle();

        assertThat(cluster.reply("a", token)).get().isInstanceOf(Reply.Written.class);
    }

    @Test
    void allEndsAtItsDeadlineAlsoWhenTheGroupIsSilent() {
        cluster.settings.quiesceAfter = 100;
        var idle = Cluster.ledByFirst(cluster.settings);
        idle.crash("c");
        var lost = new Input.Unreachable(new SiteId("c"));
        idle.raft("a", lost);
        idle.raft("b", lost);
        long token = idle.submit("a", WriteConcern.ALL, idle.put("k", "v"));
        idle.run(900);
        assertThat(idle.reply("a", token)).isEmpty();
        assertThat(idle.core("a").raft().needsTicks()).as("log is awake").isFalse();

        idle.run(200);

        assertThat(idle.reply("a", token))
                .get()
                .isEqualTo(new Reply.Refused(token, Refusal.TIMED_OUT, java.util.Optional.empty()));
    }

    /** A tick that moved away with each step would never come on a busy node. */
    @Test
    void theTickThatKeepsADeadlineIsWantedByTheSameTimeHoweverMuchHappens() {
        cluster.crash("c");
        cluster.submit("a", WriteConcern.ALL, cluster.put("k", "v"));
        cluster.settle();
        cluster.tick("a");
        long wanted = cluster.core("a").nextTickNanos();

        for (int i = 0; i < 5; i++) {
            cluster.pass(2);
            cluster.submit("a", cluster.put("k" + i, "v"));
            cluster.settle();
        }

        assertThat(cluster.core("a").nextTickNanos()).isEqualTo(wanted);
    }

    @Test
    void writesThatWaitForTheLastSiteCountAgainstTheLimit() {
        cluster.settings.maxPendingBytes = 500;
        var small = Cluster.ledByFirst(cluster.settings);
        small.crash("c");
        long last = 0;
        for (int i = 0; i < 20; i++) {
            last = small.submit("a", WriteConcern.ALL, small.put("k" + i, "v"));
            small.settle();
        }

        assertThat(small.reply("a", last))
                .get()
                .isEqualTo(new Reply.Refused(
                        last,
                        Refusal.OVERLOADED,
                        java.util.Optional.of(small.at("a").site).filter(site -> false)));
    }

    @Test
    void tooMuchAtOnceIsRefusedAndNothingHappens() {
        cluster.settings.maxPendingBytes = 500;
        var small = Cluster.ledByFirst(cluster.settings);
        small.isolate("a");
        long last = 0;
        for (int i = 0; i < 20; i++) {
            last = small.submit("a", small.put("k" + i, "v"));
        }
        assertThat(((Reply.Refused) small.reply("a", last).orElseThrow()).reason())
                .isEqualTo(Refusal.OVERLOADED);
    }

    @Test
    void lostLeadershipAnswersEverybodyOnce() {
        cluster.isolate("a");
        long waiting = cluster.submit("a", cluster.put("k", "v"));
        long queued = cluster.submit("a", WriteConcern.ONE, conditional(99));
        long read = cluster.ask("a", "k", 0);

        cluster.run(2_000);

        assertThat(refused(waiting)).isEqualTo(Refusal.LEADERSHIP_LOST);
        assertThat(refused(queued)).isEqualTo(Refusal.LEADERSHIP_LOST);
        assertThat(cluster.reply("a", read)).isPresent();
        assertThat(cluster.leader()).isPresent().get().isNotEqualTo("a");
    }

    @Test
    void aSubmissionHoldsAtLeastOneCommand() {
        assertThatThrownBy(() -> new PartitionInput.Submit(1, WriteConcern.MAJORITY, 0, List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
