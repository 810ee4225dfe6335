package io.holdfast.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.holdfast.client.ClientOptions;
import io.holdfast.client.Key;
import io.holdfast.client.TimedOutException;
import io.holdfast.client.Versioned;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is told to who waits, after the process was frozen for longer than it would have waited. */
@Timeout(60)
class EngineTest {
    private static final long OVER = -Duration.ofHours(1).toNanos();

    private final Engine engine = Engine.start(List.of(), ClientOptions.DEFAULT);
    private final CountDownLatch resumed = new CountDownLatch(1);

    @AfterEach
    void stop() {
        resumed.countDown();
        engine.close();
    }

    @Test
    void anOutcomeThatHasComeIsTold() {
        var answer = new CompletableFuture<String>();
        assertThat(engine.<String>await(answer, OVER, () -> answer.complete("outcome")))
                .isEqualTo("outcome");
    }

    @Test
    void anOperationWithoutOneEndsAsTimedOut() {
        Duration deadline = Duration.ofMillis(50);
        long begun = System.nanoTime();
        Op<Optional<Versioned>> op = Op.get(engine.routesOf("shop"), Key.of("k"), 0, 0, deadline);
        engine.submit(op);
        engine.loop().execute(this::awaitResumption);
        await().until(() -> System.nanoTime() - begun > 2 * deadline.toNanos());
        assertThatThrownBy(() -> engine.await(op.future, OVER, () -> {
                    engine.abandon(op);
                    resumed.countDown();
                }))
                .isInstanceOf(TimedOutException.class);
    }

    private void awaitResumption() {
        try {
            resumed.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
