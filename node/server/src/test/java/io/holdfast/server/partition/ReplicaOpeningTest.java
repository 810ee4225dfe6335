package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.holdfast.server.membership.IncidentLog;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReplicaOpeningTest {
    private final ActorSystem system =
            ActorSystem.create("opening", ConfigFactory.parseString("pekko.actor.provider = local"));
    private final BlockingQueue<ReplicaEvent> events = new LinkedBlockingQueue<>();

    @AfterEach
    void end() {
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().join();
    }

    /** Who looks for what is wrong must not be sent to an actor that stopped. */
    @Test
    void aLineageThatCannotBeReadIsToldAsWhatItIs() throws InterruptedException {
        var newer = new IllegalArgumentException("the list of a replica's journals has version 2");

        system.actorOf(ReplicaOpening.props(
                PartitionId.parse("shop/0"),
                identity -> {
                    throw new AssertionError("there is nothing to recover");
                },
                new Unreadable(newer),
                Duration.ofSeconds(1),
                new IncidentLog(System::currentTimeMillis),
                events::add));

        assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo(new ReplicaEvent.JournalFailed(newer));
    }

    private record Unreadable(RuntimeException why) implements Tenure.Claim {
        @Override
        public CompletionStage<Boolean> take() {
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public Lineage lineage() {
            throw why;
        }

        @Override
        public long epoch() {
            return 1;
        }

        @Override
        public CompletionStage<Boolean> settle(Lineage lineage) {
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public long drawIdentity() {
            return 555;
        }
    }
}
