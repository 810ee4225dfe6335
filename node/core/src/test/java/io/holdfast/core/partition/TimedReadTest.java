package io.holdfast.core.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.holdfast.core.Bytes;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Decision;
import io.holdfast.core.store.HybridClock;
import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.Participant;
import io.holdfast.core.store.Query;
import io.holdfast.core.store.ReadWriteSet;
import io.holdfast.core.store.WriteId;
import io.holdfast.core.txn.Unfinished;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Reads for timestamps, and what a leader does for transactions. */
class TimedReadTest {
    private static final Participant DECIDER = new Participant("bank", 3);

    private Cluster cluster = Cluster.ledByFirst(new Settings("a", "b", "c"));
    private long token = 1_000;

    private long askAt(String site, long timestamp) {
        var query = new Query.ForTime(new Query.Get(Bytes.utf8("k")), OptionalLong.of(timestamp));
        cluster.step(site, new PartitionInput.Ask(++token, List.of(query), 0));
        return token;
    }

    private Optional<Query.Answer> answer(String site, long asked) {
        return cluster.reply(site, asked)
                .filter(Reply.Answered.class::isInstance)
                .map(it -> ((Reply.Answered) it).answers().get(0));
    }

    private long now() {
        return HybridClock.ofWallMillis(cluster.at("a").now(cluster.trueNanos).wallMillis());
    }

    @Test
    void theLeaderClosesTimeWithAnEntryOfItsOwnAndOneServesAll() {
        cluster.submit("a", cluster.put("k", "v"));
        cluster.settle();
        cluster.pass(100);
        long index = cluster.core("a").appliedIndex();

        long first = askAt("a", now());
        long second = askAt("a", now() - 5);
        assertThat(answer("a", first)).as("before the entry is committed").isEmpty();
        cluster.settle();

        assertThat(answer("a", first)).get().isInstanceOf(Query.Dated.class);
        assertThat(answer("a", second)).get().isInstanceOf(Query.Dated.class);
        assertThat(cluster.core("a").appliedIndex()).isEqualTo(index + 1);
    }

    @Test
    void anyReplicaAnswersWhatItHasReachedAndSendsOnWhatItHasNot() {
        cluster.submit("a", cluster.put("k", "v"));
        cluster.run(100);
        cluster.isolate("b");

        long reached = askAt("b", now() - HybridClock.ofWallMillis(100));
        long tooNew = askAt("b", now());

        assertThat(answer("b", reached)).get().isInstanceOf(Query.Dated.class);
        assertThat(cluster.reply("b", tooNew)).get().isInstanceOfSatisfying(Reply.Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(Reply.Refusal.NOT_LEADER);
            assertThat(refused.leader())
                    .hasValueSatisfying(it -> assertThat(it.name()).isEqualTo("a"));
        });
    }

    @Test
    void nothingIsWrittenAtOrBelowATimestampThatWasRead() {
        long asked = askAt("a", now() + HybridClock.ofWallMillis(5_000));
        cluster.settle();
        long read = ((Query.Dated) answer("a", asked).orElseThrow()).validUntil();

        long written = cluster.submit("a", cluster.put("k", "v"));
        cluster.settle();

        assertThat(versionOf(written)).isGreaterThan(read);
    }

    private long versionOf(long written) {
        Reply.Written reply = (Reply.Written) cluster.reply("a", written).orElseThrow();
        return reply.outcomes().get(0).version();
    }

    @Test
    void aTimestampFarAheadIsDeniedAndMovesNoClock() {
        long asked = askAt("a", now() + HybridClock.ofWallMillis(60_000));
        assertThat(answer("a", asked)).contains(new Query.Denied(Query.Denial.TIMESTAMP_IN_FUTURE));
        cluster.settle();

        long written = cluster.submit("a", cluster.put("k", "v"));
        cluster.settle();

        assertThat(versionOf(written)).isBetween(now(), now() + HybridClock.ofWallMillis(1));
    }

    /** The entry that closes time for it would let go what others still read. */
    @Test
    void aReadAheadTakesNobodysHistory() {
        useHistory(5_000);
        long snapshot = now();
        cluster.pass(1_000);

        long tooFar = askAt("a", now() + HybridClock.ofWallMillis(4_500));
        long ahead = askAt("a", now() + HybridClock.ofWallMillis(2_500));
        cluster.settle();
        long asked = askAt("a", snapshot);

        assertThat(answer("a", tooFar)).contains(new Query.Denied(Query.Denial.TIMESTAMP_IN_FUTURE));
        assertThat(answer("a", ahead)).get().isInstanceOf(Query.Dated.class);
        assertThat(answer("a", asked)).get().isInstanceOf(Query.Dated.class);
    }

    /** Clocks of sites may differ by so much. */
    @Test
    void aReadASecondAheadIsAnsweredHoweverShortTheHistory() {
        useHistory(1);
        long asked = askAt("a", now() + HybridClock.ofWallMillis(1_000));
        cluster.settle();
        assertThat(answer("a", asked)).get().isInstanceOf(Query.Dated.class);
    }

    private void useHistory(long millis) {
        var settings = new Settings("a", "b", "c");
        settings.history = millis;
        cluster = Cluster.ledByFirst(settings);
        cluster.write("a", "k", 1);
    }

    @Test
    void whatIsAskedAlongWithATimestampFarAheadIsAnswered() {
        cluster.submit("a", cluster.put("k", "v"));
        cluster.settle();
        cluster.pass(100);
        Query get = new Query.ForTime(new Query.Get(Bytes.utf8("k")), OptionalLong.of(now()));
        Query farAhead = new Query.ForTime(
                new Query.Get(Bytes.utf8("k")), OptionalLong.of(now() + HybridClock.ofWallMillis(60_000)));
        cluster.step("a", new PartitionInput.Ask(++token, List.of(get, farAhead), 0));
        cluster.settle();

        var answered = (Reply.Answered) cluster.reply("a", token).orElseThrow();
        assertThat(answered.answers().get(0)).isInstanceOf(Query.Dated.class);
        assertThat(answered.answers().get(1)).isEqualTo(new Query.Denied(Query.Denial.TIMESTAMP_IN_FUTURE));
    }

    @Test
    void whoLosesLeadershipSendsItsReadersOn() {
        cluster.isolate("a");
        long asked = askAt("a", now());
        cluster.heal();
        cluster.crash("c");
        cluster.isolate("a");
        cluster.run(2_000);
        assertThat(cluster.reply("a", asked)).get().isInstanceOf(Reply.Refused.class);
    }

    @Test
    void readsForATimeDoNotGoTogetherWithOthers() {
        var get = new Query.Get(Bytes.utf8("k"));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new PartitionInput.Ask(1, List.of(get, new Query.ForTime(get, OptionalLong.of(1))), 0));
    }

    private Command prepare(int lockMillis) {
        return prepare(new Command.Follows(DECIDER), lockMillis);
    }

    private Command prepare(Command.Part part, int lockMillis) {
        var set = new ReadWriteSet(
                List.of(), List.of(), List.of(new ReadWriteSet.Write(Bytes.utf8("k"), Optional.of(Bytes.utf8("t")))));
        return Cluster.command(77, new Command.Prepare(set, part, lockMillis));
    }

    @Test
    void aLeaderAsksForAnEndOfWhatIsPastItsDeadlineAndAgainAfterAWhile() {
        var asked = new ArrayList<String>();
        cluster.observe((site, out) -> out.unfinished().forEach(it -> asked.add(site + " " + it)));
        cluster.submit("a", prepare(100));
        cluster.settle();
        cluster.run(80);
        assertThat(asked).isEmpty();
        cluster.run(100);
        var undecided = new Unfinished.Undecided(new WriteId(7, 77), Optional.of(DECIDER), List.of());
        assertThat(asked).containsExactly("a " + undecided);
        cluster.run(500);
        assertThat(asked).containsExactly("a " + undecided, "a " + undecided);
        assertThat(cluster.core("a").needsTicks()).isTrue();
    }

    /** As the version before prepared it where it is decided. */
    @Test
    void aLeaderAsksForAnEndOfWhatItDecidesItself() {
        var asked = new ArrayList<Unfinished>();
        cluster.observe((site, out) -> asked.addAll(out.unfinished()));
        cluster.submit("a", prepare(new Command.Decides(List.of(DECIDER)), 100));
        cluster.settle();
        cluster.run(200);
        assertThat(asked)
                .containsExactly(new Unfinished.Undecided(new WriteId(7, 77), Optional.empty(), List.of(DECIDER)));
    }

    @Test
    void anEntryComesAfterTheCommitTimestampThatItCarries() {
        cluster.submit("a", prepare(100));
        cluster.settle();
        long ahead = now() + HybridClock.ofWallMillis(3_000);

        long resolved =
                cluster.submit("a", Command.step(new WriteId(7, 77), 0, new Command.Resolve(Decision.commitAt(ahead))));
        cluster.settle();

        assertThat(((Reply.Written) cluster.reply("a", resolved).orElseThrow()).outcomes())
                .containsExactly(new Outcome(Outcome.Kind.COMMITTED, ahead));
        cluster.run(200);
        cluster.assertConverged();
    }

    /** What it comes to is not certain before it is applied: it may meet the lock. */
    @Test
    void aWriteWithConcernOneIsNotAnsweredEarlyWhileALockMayForbidIt() {
        cluster.submit("a", prepare(10_000));
        long early = cluster.submit("a", WriteConcern.ONE, cluster.put("k", "v"));
        cluster.durable("a");
        cluster.durable("a");
        assertThat(cluster.reply("a", early)).isEmpty();
        cluster.settle();
        assertThat(((Reply.Written) cluster.reply("a", early).orElseThrow())
                        .outcomes()
                        .get(0)
                        .kind())
                .isEqualTo(Outcome.Kind.LOCKED);
    }
}
