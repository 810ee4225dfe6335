package io.holdfast.server.cli.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.holdfast.checker.Transaction.Status;
import io.holdfast.client.HoldfastClient;
import io.holdfast.client.Key;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoadTest {
    /** Nobody is there, and nobody is asked. */
    private final HoldfastClient client = HoldfastClient.connect("127.0.0.1:1");

    @AfterEach
    void close() {
        client.close();
    }

    private final class Fake extends Load {
        private final Supplier<Status> body;

        Fake(Supplier<Status> body) {
            super(List.of(client), "fake", 2);
            this.body = body;
            start();
        }

        @Override
        Status transaction(HoldfastClient client, long process, SplittableRandom random) {
            return body.get();
        }
    }

    @Test
    void aProcessThatDiesIsTold() throws InterruptedException {
        var load = new Fake(() -> {
            throw new AssertionError("no more");
        });
        await().until(() -> load.troubles().size() == 2);
        load.stop();
        assertThat(load.troubles()).extracting(Trouble::anomaly).containsExactly("died", "died");
        assertThat(load.troubles().get(0).words()).contains("fake-", "no more");
    }

    @Test
    void aProcessThatDoesNotEndIsTold() throws InterruptedException {
        var begun = new CountDownLatch(2);
        var end = new CountDownLatch(1);
        var load = new Fake(() -> {
            begun.countDown();
            awaitUninterrupted(end);
            return Status.COMMITTED;
        });
        begun.await();
        load.stop(Duration.ofMillis(50));
        assertThat(load.troubles()).extracting(Trouble::anomaly).containsExactly("stuck", "stuck");
        end.countDown();
    }

    private static void awaitUninterrupted(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException unexpected) {
            throw new IllegalStateException(unexpected);
        }
    }

    @Test
    void whatCannotBeReadIsToldInWords() {
        assertThat(Trouble.of("x", caught(() -> AppendLoad.decode("list7", "1 two".getBytes()))))
                .isEqualTo(new Trouble("unreadable", "list7 holds '1 two', which is no list of numbers."));
        assertThat(Trouble.of("x", caught(() -> BankLoad.balance(3, Map.of()))).anomaly())
                .isEqualTo("missing-account");
        assertThat(Trouble.of("x", caught(() -> BankLoad.balance(3, Map.of(BankLoad.account(3), "a".getBytes())))))
                .isEqualTo(new Trouble("unreadable", "Account 3 holds 'a', which is no number."));
        assertThat(BankLoad.balance(3, Map.of(Key.of("account3"), "17".getBytes())))
                .isEqualTo(17);
    }

    private static Throwable caught(Runnable body) {
        return catchThrowable(body::run);
    }
}
