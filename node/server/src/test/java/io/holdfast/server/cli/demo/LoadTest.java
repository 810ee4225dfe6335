package io.holdfast.server.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LoadTest {
    /** Much for a busy machine, and less than a load waits for clients that do not end. */
    private static final Duration AT_ONCE = Duration.ofSeconds(30);

    private final Load load = new Load(1);

    /** The client's next step finds that the load is over. */
    private void answered(Optional<String> found) {
        load.answered(
                () -> {},
                "counter",
                text -> {
                    throw new IllegalStateException("unreadable " + text);
                },
                found,
                null);
    }

    @Test
    void aValueThatCannotBeReadIsWrongAndHoldsNobodyUp() {
        load.begin(1);
        load.close();
        answered(Optional.of("x"));
        assertTimeoutPreemptively(AT_ONCE, () -> load.stop());
        assertThat(load.wrong()).isEqualTo(1);
        assertThat(load.complaints().get(0)).contains("counter", "unreadable");
    }

    @Test
    void aClientThatDoesNotEndIsToldAfterAWhile() {
        load.begin(1);
        assertTimeoutPreemptively(AT_ONCE, () -> load.stop(Duration.ofMillis(50)));
        assertThat(load.complaints().get(0)).contains("1 clients have not ended");
        load.close();
    }
}
