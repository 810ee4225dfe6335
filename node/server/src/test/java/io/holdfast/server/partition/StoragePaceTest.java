package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.holdfast.config.HoldfastSettings;
import io.holdfast.server.membership.IncidentLog;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StoragePaceTest {
    private final IncidentLog incidents = new IncidentLog(System::currentTimeMillis);
    private final StoragePace pace = new StoragePace("a", Duration.ofMillis(500), incidents);
    private final StoragePace.Share journal = pace.share();

    private void beats(int count) {
        for (int i = 0; i < count; i++) {
            pace.beat();
        }
    }

    private void write(int beats) {
        journal.began();
        beats(beats);
        journal.ended();
    }

    @Test
    void writesWithinTheLimitAreNotSlow() {
        beats(1_000);
        for (int i = 0; i < 100; i++) {
            write(10);
        }

        assertThat(pace.slow()).isFalse();
        assertThat(incidents.all()).isEmpty();
    }

    @Test
    void aWriteThatDoesNotEndIsNoticedWhileItLasts() {
        journal.began();
        beats(10);
        assertThat(pace.slow()).isFalse();

        beats(1);

        assertThat(pace.slow()).isTrue();
        assertThat(incidents.all()).singleElement().satisfies(incident -> {
            assertThat(incident.faultClass()).isEqualTo("storage-slow");
            assertThat(incident.subject()).isEqualTo("a");
            assertThat(incident.evidence()).contains("longer than the 500 ms of persistence.slow-write");
        });
    }

    @Test
    void itIsSlowUntilItHasBeenFastForAWhileAndHasShownIt() {
        write(11);
        assertThat(pace.slow()).isTrue();
        beats(198);
        write(1);
        assertThat(pace.slow()).as("not yet for long enough").isTrue();
        beats(1_000);
        assertThat(pace.slow()).as("nothing was written").isTrue();

        write(1);

        assertThat(pace.slow()).isFalse();
        assertThat(incidents.all()).singleElement().satisfies(incident -> assertThat(incident.recoveredMillis())
                .isPresent());
    }

    @Test
    void eachSlowWriteBeginsTheWaitAnew() {
        write(11);
        beats(180);
        write(11);
        beats(180);
        write(1);
        assertThat(pace.slow()).isTrue();
        beats(19);
        write(1);
        assertThat(pace.slow()).isFalse();
    }

    @Test
    void oneThatIsSoonSlowAgainMustBeFastForTwiceAsLong() {
        write(11);
        beats(200);
        write(1);
        assertThat(pace.slow()).isFalse();
        write(11);
        beats(398);
        write(1);
        assertThat(pace.slow()).isTrue();
        write(1);
        assertThat(pace.slow()).isFalse();

        beats(4_000);
        write(11);
        beats(200);
        write(1);
        assertThat(pace.slow()).as("that was long ago").isFalse();
    }

    @Test
    void oneOfManyJournalsIsEnough() {
        StoragePace.Share other = pace.share();
        journal.began();
        for (int i = 0; i < 11; i++) {
            other.began();
            beats(1);
            other.ended();
        }

        assertThat(pace.slow()).isTrue();
    }

    @Test
    void aJournalThatWasClosedWritesNothingAnyMore() {
        journal.began();
        journal.close();
        beats(1_000);

        assertThat(pace.slow()).isFalse();
    }

    /** The settings know no plugins: this holds their limit to the time after which the journal's writes have failed. */
    @Test
    void whatFailsSoonerThanItIsSlowIsRefused() {
        Duration fails =
                ConfigFactory.load().getDuration("holdfast.persistence.rocksdb.journal.circuit-breaker.call-timeout");
        assertThat(settings(fails.minusMillis(1)).persistence().slowWrite()).isEqualTo(fails.minusMillis(1));
        assertThatThrownBy(() -> settings(fails)).hasMessageContaining("persistence.slow-write");
    }

    private static HoldfastSettings settings(Duration slowWrite) {
        return HoldfastSettings.parse(
                "site { name = a, data-dir = d }, sites { a { hosts = [h] } }, tolerance.sites = 0\n"
                        + "persistence.slow-write = " + slowWrite.toMillis() + "ms",
                "test settings");
    }
}
