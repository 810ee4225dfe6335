package io.holdfast.core.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import io.holdfast.core.partition.Reply.Refusal;
import io.holdfast.core.raft.Entry;
import io.holdfast.core.raft.Floors;
import io.holdfast.core.raft.Input;
import io.holdfast.core.raft.PeerMessage.AppendRequest;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.CommandBatch;
import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.Query;
import io.holdfast.core.store.WriteId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PartitionCoreTest {
    private final Settings settings = new Settings("a", "b", "c");
    private Cluster cluster = Cluster.ledByFirst(settings);

    private void restartWithSettings() {
        cluster = Cluster.ledByFirst(settings);
    }

    private Optional<String> peek(String site, String key) {
        var value = (Query.Value) cluster.core(site).peek(new Query.Get(Bytes.utf8(key)));
        return value.value().map(Bytes::toUtf8);
    }

    private Outcome outcome(String site, long token) {
        return ((Reply.Written) cluster.reply(site, token).orElseThrow())
                .outcomes()
                .get(0);
    }

    @Test
    void aRetryAfterATakeoverGetsTheFirstOutcome() {
        long first = cluster.submit("a", cluster.put(5, "k", "v"));
        cluster.settle();
        cluster.crash("a");
        cluster.run(2_000);
        String leader = cluster.leader().orElseThrow();
        cluster.submit(leader, cluster.put(6, "k", "w"));
        cluster.settle();

        long second = cluster.submit(leader, cluster.put(5, "k", "v"));
        cluster.settle();

        assertThat(outcome(leader, second)).isEqualTo(outcome("a", first));
        assertThat(peek(leader, "k")).contains("w");
    }

    @Test
    void aWriteThatTheOldLeaderNeverCommittedIsAppliedOnceByTheRetry() {
        cluster.isolate("a");
        long lost = cluster.submit("a", cluster.put(5, "k", "v"));
        cluster.durable("a");
        cluster.run(2_000);
        String leader = cluster.leader().orElseThrow();
        long retry = cluster.submit(leader, cluster.put(5, "k", "v"));
        cluster.settle();
        cluster.heal();
        cluster.run(500);

        assertThat(((Reply.Refused) cluster.reply("a", lost).orElseThrow()).reason())
                .isEqualTo(Refusal.LEADERSHIP_LOST);
        assertThat(outcome(leader, retry).kind()).isEqualTo(Outcome.Kind.APPLIED);
        cluster.assertConverged();
    }

    @Test
    void aSettleAfterATakeoverFencesTheDelayedWrite() {
        cluster.crash("a");
        cluster.run(2_000);
        String leader = cluster.leader().orElseThrow();
        cluster.submit(leader, Cluster.command(5, new Command.Settle(Bytes.utf8("k"))));
        cluster.settle();

        long late = cluster.submit(leader, cluster.put(5, "k", "v"));
        cluster.settle();

        assertThat(outcome(leader, late).kind()).isEqualTo(Outcome.Kind.NOT_APPLIED);
        assertThat(peek(leader, "k")).isEmpty();
    }

    /** The new leader's entry stands where the old one's did, and is committed in the very step that ends the old leadership. */
    @Test
    void nobodyIsAnsweredForAnotherEntryAtTheSameIndex() {
        cluster.isolate("a");
        long token = cluster.submit("a", cluster.put(5, "k", "mine"));
        cluster.durable("a");
        long index = cluster.core("a").raft().lastIndex();
        Command other = cluster.put(99, "k", "theirs");
        var entry = new Entry(9, index, Long.MAX_VALUE / 2, Entry.Kind.COMMANDS, CommandBatch.encode(List.of(other)));
        long prevTerm = cluster.core("a").raft().term();
        var append = new AppendRequest(
                new SiteId("b"), 1, 9, 1, index - 1, prevTerm, List.of(entry), index, 0, false, Floors.NONE);

        cluster.raft("a", new Input.Received(append));

        assertThat(peek("a", "k")).contains("theirs");
        assertThat(cluster.reply("a", token)).get().isInstanceOf(Reply.Refused.class);
    }

    @Test
    void aFollowerAnswersBoundedStalenessFromItsOwnState() {
        cluster.submit("a", cluster.put("k", "v"));
        cluster.run(200);

        long fresh = cluster.ask("b", "k", 100);
        assertThat(cluster.reply("b", fresh)).get().isInstanceOf(Reply.Answered.class);

        cluster.isolate("b");
        cluster.pass(200);
        long stale = cluster.ask("b", "k", 100);
        assertThat(cluster.reply("b", stale)).get().isInstanceOf(Reply.Refused.class);
        long staleAllowed = cluster.ask("b", "k", 1_000);
        assertThat(cluster.reply("b", staleAllowed)).get().isInstanceOf(Reply.Answered.class);
    }

    @Test
    void aFollowerThatLagsDoesNotCallItselfFresh() {
        cluster.run(200);
        cluster.submit("a", cluster.put("k", "v"));
        // c misses the entry, and gets the heartbeats that say what is committed.
        for (int i = 0; i < 10; i++) {
            cluster.drop(packet -> packet.to().name().equals("c")
                    && packet.message() instanceof AppendRequest append
                    && !append.entries().isEmpty());
            cluster.deliver(packet -> true);
            cluster.replicas.values().stream()
                    .filter(replica -> replica.writing.isPresent())
                    .forEach(replica -> cluster.durable(replica.site.name()));
            cluster.pass(50);
            cluster.tick("a");
        }
        assertThat(peek("b", "k")).contains("v");
        assertThat(peek("c", "k")).isEmpty();

        long token = cluster.ask("c", "k", 100);

        assertThat(cluster.reply("c", token)).get().isInstanceOf(Reply.Refused.class);
    }

    @Test
    void aFailedStorageHandsOverAtOnce() {
        cluster.submit("a", cluster.put("k", "v"));
        cluster.settle();
        long waiting = cluster.submit("a", cluster.put("k", "w"));

        cluster.raft("a", new Input.StorageFailed());
        cluster.at("a").writing = Optional.empty();
        cluster.at("a").diskHeld = true;
        cluster.settle();

        assertThat(((Reply.Refused) cluster.reply("a", waiting).orElseThrow()).reason())
                .isEqualTo(Refusal.STORAGE_FAILED);
        assertThat(cluster.leader()).as("without any time passing").isPresent();
    }

    private static Command doneWithEarlierOnes(Command command) {
        long doneBelow = Math.max(0, command.id().sequence() - 10);
        return new Command(command.id(), doneBelow, command.notAfterMillis(), command.operation());
    }

    @Test
    void snapshotsAreTakenUnderConstantLoadAndReplayEqualsTheOriginal() {
        settings.snapshotLogBytes = 2_000;
        settings.maxEntryBytes = 200;
        restartWithSettings();
        for (int i = 0; i < 300; i++) {
            cluster.submit("a", doneWithEarlierOnes(cluster.put("k" + i % 5, "v" + i)));
            cluster.submit("a", doneWithEarlierOnes(cluster.put("l" + i % 5, "v" + i)));
            cluster.deliver(packet -> true);
            cluster.replicas.values().stream()
                    .filter(replica -> replica.writing.isPresent())
                    .forEach(replica -> cluster.durable(replica.site.name()));
            if (i % 7 == 0) {
                cluster.replicas.values().stream()
                        .filter(Replica::maySaveSnapshot)
                        .forEach(replica -> cluster.step(replica.site.name(), replica.snapshotDurable()));
            }
        }
        cluster.settle();
        cluster.run(200);
        assertThat(cluster.replicas.values()).allSatisfy(replica -> {
            assertThat(replica.snapshot).as("snapshot of %s", replica.site).isPresent();
            assertThat(replica.journal).as("journal of %s", replica.site).hasSizeLessThan(200);
        });
        long keys = cluster.core("a").view().keys();

        for (String site : List.of("a", "b", "c")) {
            cluster.restart(site);
        }
        cluster.run(2_000);

        cluster.assertConverged();
        assertThat(cluster.core("a").view().keys()).isEqualTo(keys);
        assertThat(peek("a", "k4")).contains("v299");
    }

    @Test
    void aReceiverThatRestartsInTheMiddleOfAnImageGetsItAll() {
        settings.logTailBytes = 100;
        restartWithSettings();
        cluster.crash("c");
        for (int i = 0; i < 20; i++) {
            cluster.submit("a", cluster.put("k" + i, "v" + i));
            cluster.settle();
        }
        cluster.restart("c");
        for (int i = 0; i < 12; i++) {
            cluster.pass(30);
            cluster.tickAll();
            cluster.deliver(packet -> true);
            if (cluster.at("a").encoding.isPresent()) {
                cluster.step("a", cluster.at("a").imageEncoded());
            }
        }
        cluster.restart("c");

        cluster.run(2_000);

        assertThat(cluster.at("c").snapshot).isPresent();
        cluster.assertConverged();
    }

    @Test
    void finishedWritesOfAClientAreForgottenEverywhereAlike() {
        for (int i = 1; i <= 10; i++) {
            var command = new Command(
                    new WriteId(7, 1_000 + i),
                    1_000 + i,
                    Long.MAX_VALUE,
                    cluster.put("k", "v" + i).operation());
            cluster.submit("a", command);
            cluster.settle();
        }
        cluster.run(200);
        cluster.assertConverged();
        long token = cluster.submit("a", cluster.put(1_003, "k", "again"));
        cluster.settle();
        assertThat(outcome("a", token).kind()).isEqualTo(Outcome.Kind.FORGOTTEN);
    }
}
