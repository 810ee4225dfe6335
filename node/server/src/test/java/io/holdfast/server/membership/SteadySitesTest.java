package io.holdfast.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.SiteId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SteadySitesTest {
    private static final SiteId B = new SiteId("b");

    private final Hints hints = new Hints();
    private long now;
    private final SteadySites sites = SteadySites.watch(hints, Duration.ofNanos(10), () -> now);

    @Test
    void theyAreWhenNoneHasComeOrGoneForAWhile() {
        assertThat(sites.getAsBoolean()).as("nothing is known of before").isFalse();
        now = 10;
        assertThat(sites.getAsBoolean()).isTrue();

        hints.tell(B, false);
        now = 30;
        assertThat(sites.getAsBoolean()).as("one is away").isFalse();

        hints.tell(B, true);
        now = 39;
        assertThat(sites.getAsBoolean()).as("it is back, and not for long").isFalse();
        now = 40;
        assertThat(sites.getAsBoolean()).isTrue();
    }

    @Test
    void oneThatComesAndGoesIsNotCountedFromItsFirstReturn() {
        hints.tell(B, false);
        hints.tell(B, true);
        now = 9;
        hints.tell(B, false);
        hints.tell(B, true);
        now = 18;
        assertThat(sites.getAsBoolean()).isFalse();
        now = 19;
        assertThat(sites.getAsBoolean()).isTrue();
    }
}
