package io.holdfast.persistence.cassandra;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.DriverTimeoutException;
import io.holdfast.persistence.HealthCell;
import io.holdfast.persistence.StorageException;
import io.holdfast.persistence.StorageHealth.State;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class CassandraHealthTest {
    private long nanos = 1;
    private final HealthCell cell = new HealthCell("a keyspace", Clock.systemUTC());
    private final CassandraHealth health = new CassandraHealth(cell, () -> nanos);
    private final List<State> states = new ArrayList<>();

    private static Throwable timeout() {
        return new CompletionException(new DriverTimeoutException("no answer"));
    }

    /** It would be told as failed and as well by turns, once a second. */
    @Test
    void afterAFailedWriteOnlyAWriteSaysThatItIsWell() {
        cell.subscribe(it -> states.add(it.state()));
        health.read(null);
        health.written(timeout());
        health.read(null);
        health.written(timeout());
        health.read(null);
        health.written(null);
        health.read(null);
        assertThat(states).containsExactly(State.OPENING, State.OK, State.FAILED, State.OK);
    }

    /** Who wrote may be on another node now. */
    @Test
    void aReadIsEnoughWhenNoWriteHasFailedForAWhile() {
        health.written(timeout());
        nanos += Duration.ofSeconds(14).toNanos();
        health.written(timeout());
        nanos += Duration.ofSeconds(14).toNanos();
        health.read(null);
        assertThat(cell.current().state()).isEqualTo(State.FAILED);
        nanos += Duration.ofSeconds(1).toNanos();
        health.read(null);
        assertThat(cell.current().state()).isEqualTo(State.OK);
    }

    @Test
    void afterAFailedReadAReadIsEnough() {
        health.read(timeout());
        assertThat(cell.current().state()).isEqualTo(State.FAILED);
        health.read(null);
        assertThat(cell.current().state()).isEqualTo(State.OK);
    }

    @Test
    void whatIsWrongWithOneJournalSaysNothingOfTheStorage() {
        health.read(null);
        health.written(new StorageException.Corrupt("event 7 of it cannot be read", null));
        assertThat(cell.current().state()).isEqualTo(State.OK);
    }
}
