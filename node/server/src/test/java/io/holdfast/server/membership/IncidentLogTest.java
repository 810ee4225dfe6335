package io.holdfast.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.membership.IncidentLog.Incident;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class IncidentLogTest {
    private final AtomicLong now = new AtomicLong();
    private final IncidentLog incidents = new IncidentLog(now::incrementAndGet);

    @Test
    void whatLastsIsKeptThroughAWaveOfOthers() {
        report("disk-low", "a");
        for (int i = 0; i < 768; i++) {
            report("replica-failed", "orders/" + i);
        }
        assertThat(report("disk-low", "a")).as("a new one").isFalse();
        assertThat(report("replica-failed", "orders/0")).as("a new one").isFalse();
        assertThat(incidents.recovered("disk-low", "a")).isPresent();
        assertThat(incidents.all())
                .hasSize(769)
                .endsWith(new Incident(1, Optional.of(770L), "disk-low", "a", "evidence", "action"));
    }

    @Test
    void ofThoseThatEndedTheLastAreKept() {
        report("site-unreachable", "b");
        report("disk-low", "a");
        for (int i = 0; i < 300; i++) {
            report("replica-failed", "orders/" + i);
            incidents.recovered("replica-failed", "orders/" + i);
        }
        incidents.recovered("site-unreachable", "b");
        assertThat(incidents.all()).hasSize(257).element(0).matches(it -> it.subject()
                .equals("orders/299"));
        assertThat(incidents.all())
                .extracting(Incident::subject)
                .as("what lasts, and what began long ago and ended just now")
                .endsWith("orders/45", "a", "b")
                .doesNotContain("orders/44");
    }

    @Test
    void whenTooManyLastTheOldestOfTheMostCommonClassIsForgotten() {
        report("disk-low", "a");
        for (int i = 0; i < 3000; i++) {
            assertThat(report("replica-failed", "orders/" + i)).isTrue();
        }
        assertThat(incidents.all()).hasSize(2048);
        assertThat(report("disk-low", "a")).as("a new one").isFalse();
        assertThat(report("replica-failed", "orders/2999")).as("a new one").isFalse();
        assertThat(report("invariant-violated", "orders/1")).as("a new one").isTrue();
        assertThat(incidents.recovered("replica-failed", "orders/0")).isEmpty();
        assertThat(incidents.all()).hasSize(2048).element(0).matches(it -> it.faultClass()
                .equals("invariant-violated"));
    }

    private boolean report(String faultClass, String subject) {
        return incidents.report(faultClass, subject, "evidence", "action");
    }
}
