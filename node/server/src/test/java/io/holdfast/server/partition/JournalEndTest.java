package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.core.raft.Entry;
import io.holdfast.core.raft.LogWrite;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.Terminated;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The end of a journal is told twice, by the journal and by its actor's end. It ends one life of the replica. */
class JournalEndTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path dir;

    private final AtomicInteger lives = new AtomicInteger();
    private final AtomicBoolean toFail = new AtomicBoolean();
    private ReplicaGroup group;

    @AfterEach
    void stop() {
        group.close();
    }

    @Test
    void theNextLifeHearsNothingOfIt() {
        group = new ReplicaGroup(JournalKind.rocksdb(dir), List.of("a", "b", "c"));
        group.start("a", new Counted());
        await().atMost(PATIENCE).until(() -> group.view("a").isPresent());

        toFail.set(true);

        await().atMost(PATIENCE).until(() -> lives.get() > 1 && group.view("a").isPresent());
        assertThat(lives).hasValue(2);
        assertThat(group.incidents("a").all()).singleElement().satisfies(incident -> assertThat(incident.evidence())
                .as("why it failed")
                .isNotEqualTo("the journal actor stopped"));
    }

    /** Each life is asked whether it holds in the replica's own thread: both notices of the end are there when it goes on. */
    private void failJournal() {
        var system = (ExtendedActorSystem) group.classicSystem("a");
        ActorRef journal = system.actorSelection("/user/*")
                .resolveOne(PATIENCE)
                .toCompletableFuture()
                .join();
        var ended = new CountDownLatch(1);
        system.systemActorOf(Props.create(EndOf.class, () -> new EndOf(journal, ended)), "end-of-journal");
        var unwritable = new Entry(1, 1, 1, Entry.Kind.NOOP, null);
        journal.tell(
                new LogWrite(1, Optional.empty(), OptionalLong.empty(), List.of(unwritable), 0), ActorRef.noSender());
        try {
            assertThat(ended.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class EndOf extends AbstractActor {
        private final CountDownLatch ended;

        EndOf(ActorRef watched, CountDownLatch ended) {
            this.ended = ended;
            getContext().watch(watched);
        }

        @Override
        public Receive createReceive() {
            return receiveBuilder()
                    .match(Terminated.class, terminated -> ended.countDown())
                    .build();
        }
    }

    private final class Counted implements Tenancy {
        @Override
        public Tenure begin(PartitionId partition, Consumer<List<Lineage.Part>> retired) {
            lives.incrementAndGet();
            return new Failing();
        }

        @Override
        public Duration retryInterval() {
            return Tenancy.SOLE.retryInterval();
        }
    }

    /** For ever, and while it is asked the journal may fail. */
    private final class Failing implements Tenure {
        @Override
        public boolean holds() {
            if (toFail.getAndSet(false)) {
                failJournal();
            }
            return true;
        }

        @Override
        public void snapshotSaved() {
            Tenure.SOLE.snapshotSaved();
        }

        @Override
        public void deleted(Lineage.Part journal) {
            Tenure.SOLE.deleted(journal);
        }

        @Override
        public void end() {
            Tenure.SOLE.end();
        }
    }
}
